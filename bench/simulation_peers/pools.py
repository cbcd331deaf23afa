"""One pool of servers in SimPy or Ciw, run inside their own environment: Poisson arrivals,
exponential work, first come, first served.

    pools.py simpy|ciw SERVERS RATE SERVICE_S REQUESTS SEED

Prints the number of requests, the CPU seconds of the simulation and the mean response in seconds."""
import random
import sys
import time


def with_simpy(servers, rate, service, requests, seed):
    import simpy
    draws = random.Random(seed)
    environment = simpy.Environment()
    pool = simpy.Resource(environment, capacity=servers)
    responses = []

    def request():
        arrived = environment.now
        with pool.request() as turn:
            yield turn
            yield environment.timeout(draws.expovariate(1 / service))
        responses.append(environment.now - arrived)

    def arrivals():
        for _ in range(requests):
            yield environment.timeout(draws.expovariate(rate))
            environment.process(request())

    environment.process(arrivals())
    environment.run()
    return responses


def with_ciw(servers, rate, service, requests, seed):
    import ciw
    ciw.seed(seed)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=rate)],
        service_distributions=[ciw.dists.Exponential(rate=1 / service)],
        number_of_servers=[servers])
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(requests, method="Finish")
    return [record.exit_date - record.arrival_date for record in simulation.get_all_records()]


def main():
    name, servers, rate, service, requests, seed = sys.argv[1:]
    simulate = {"simpy": with_simpy, "ciw": with_ciw}[name]
    simulate(2, 1.0, 0.1, 10, 1)  # Imports are not what is measured.
    before = time.process_time()
    responses = simulate(int(servers), float(rate), float(service), int(requests), int(seed))
    spent = time.process_time() - before
    print(len(responses), f"{spent:.6f} {sum(responses) / len(responses):.9f}")


if __name__ == "__main__":
    main()
