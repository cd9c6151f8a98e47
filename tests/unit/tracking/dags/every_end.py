"""Every way in which Airflow lets a listener see a task end, and two in which it does not."""

from datetime import timedelta

from airflow.sdk import DAG, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

with DAG("every_end", default_args={"owner": "ada"}) as every_end:

    @task
    def does_its_work() -> None:
        pass

    @task
    def fails() -> None:
        raise AirflowFailException("The door is locked.")

    @task(retries=1, retry_delay=timedelta(0))
    def fails_once(ti=None) -> None:
        if ti.try_number == 1:
            raise ValueError("The door is locked.")

    @task
    def skips_itself() -> None:
        raise AirflowSkipException("Nothing to do.")

    @task
    def one_of_two(number: int) -> int:
        return number

    @task.short_circuit
    def stops_here() -> bool:
        return False

    @task
    def is_skipped_by_another() -> None:
        pass

    @task
    def never_runs() -> None:
        pass

    does_its_work()
    fails_once()
    skips_itself()
    one_of_two.expand(number=[1, 2])
    stops_here() >> is_skipped_by_another()
    fails() >> never_runs()


with DAG("no_records") as no_records:

    @task
    def does_its_work_all_the_same() -> None:
        pass

    does_its_work_all_the_same()


with DAG("no_answer", default_args={"owner": "ada"}) as no_answer:

    @task
    def succeeds_all_the_same() -> None:
        pass

    @task
    def fails_all_the_same() -> None:
        raise AirflowFailException("The door is locked.")

    succeeds_all_the_same()
    fails_all_the_same()
