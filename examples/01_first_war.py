"""The first war: two economies of a made-up world raise duties on each other's goods, and everybody is affected."""

from detente import Model, Policy, solve, toy

world = toy()
war = Policy.unchanged(world, "first war")
war = war.duty("USA", "CHN", sectors="goods").add_points(0.25)  # rates are fractions: 25 points
war = war.duty("CHN", "USA", sectors="goods").add_points(0.25)
solution = solve(Model(world), war)
usa, china = world.labels.country("USA"), world.labels.country("CHN")

print(f"{solution.result.name} in {solution.stats['num_steps']} steps")
print(f"{'':22}{'real income':>12}{'imports from':>14}{'imports from':>14}")
print(f"{'':22}{'[%]':>12}{'USA [%]':>14}{'China [%]':>14}")
before, after = world.flows.sum(2), solution.value.flows_new.sum(2)
for n, code in enumerate(world.labels.countries):
    change = [100 * (after[n, i] / before[n, i] - 1) if n != i else float("nan") for i in (usa, china)]
    shown = [f"{value:14.1f}" if value == value else f"{'–':>14}" for value in change]
    income = 100 * (solution.value.real_income_hat[n] - 1)
    print(f"{world.labels.country_name(code):22}{income:12.3f}{''.join(shown)}")

# Output
# successful in 9 steps
#                        real income  imports from  imports from
#                                [%]       USA [%]     China [%]
# United States               -0.171             –         -64.7
# China                       -0.312         -51.9             –
# EU 27                        0.014          -1.6           4.0
# Mexico                       0.146           0.2           6.6
# Rest of the world            0.032          -2.0           3.6
