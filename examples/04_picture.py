"""A picture of a result: in a notebook it shows itself, anywhere it can be saved."""

import detente

world = detente.toy()
peace = detente.Policy.unchanged(world, "peace")
war = peace.duty("USA", "CHN").add_points(0.25).called("war")
solution = detente.solve(detente.Model(world), war)

income = detente.plot(solution)  # real income of every country; income.save("income.svg"), or .png
print(income)
print(income.table.to_csv(), end="")

traded = detente.plot(solution, "flow_volume_hat", count=3)  # any array, the largest of its values
print(traded)

# Output
# <Plot result-real_income_hat: Real income: the largest change is −0.23 % (China).>
# country,value
# USA,-0.1289275
# CHN,-0.2271866
# EU27,0.01853196
# MEX,0.1943259
# ROW,0.03905775
# <Plot result-flow_volume_hat: Flow volume: the largest change is −70.08 % (United States from China, Parts and materials).>
