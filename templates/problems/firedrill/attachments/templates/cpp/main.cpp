#include <iostream>
#include <string>
#include <vector>

struct Drill {
    int out = 0;
    long long steps = 0;
    int longest = 0;
};

Drill drill(const std::vector<std::string>& plan) {
    // TODO: find how many people get out, the sum of their steps and the longest walk.
    return {};
}

int main() {
    int rows, columns;
    std::cin >> rows >> columns;
    std::vector<std::string> plan(rows);
    for (std::string& line : plan) std::cin >> line;
    Drill result = drill(plan);
    std::cout << "out: " << result.out << "\nsteps: " << result.steps << "\nlongest: " << result.longest << '\n';
}
