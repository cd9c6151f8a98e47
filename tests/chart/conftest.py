"""What the chart's tests share."""

import pytest

from tests.chart.rendered import SET_UPS, Release, render


@pytest.fixture(params=SET_UPS)
def release(request: pytest.FixtureRequest) -> Release:
    """The chart in each supported set-up."""
    return render(set_up=request.param)
