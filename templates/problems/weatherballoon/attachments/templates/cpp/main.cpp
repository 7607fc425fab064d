#include <cstdio>
#include <iostream>
#include <vector>

struct Signal {
    int time, altitude;
};

double largestRate(std::vector<Signal> signals) {
    // TODO: return the largest climb rate.
    return 0;
}

int main() {
    int n;
    std::cin >> n;
    std::vector<Signal> signals(n);
    for (Signal& signal : signals) std::cin >> signal.time >> signal.altitude;
    std::printf("%.9f\n", largestRate(signals));
}
