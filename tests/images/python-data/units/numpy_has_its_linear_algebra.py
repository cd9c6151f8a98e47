import numpy as np

assert np.linalg.solve(np.eye(2), [2, 4]).tolist() == [2, 4]
