import matplotlib.pyplot as plt
import seaborn

seaborn.lineplot(x=[1, 2], y=[1, 4])
plt.savefig("/tmp/x.png")
