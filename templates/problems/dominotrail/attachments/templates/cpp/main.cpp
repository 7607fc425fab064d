#include <iostream>
#include <vector>

struct Domino {
    int left, right;
};

std::vector<Domino> longestTrail(const std::vector<Domino>& dominoes) {
    // TODO: return a longest trail from left to right.
    return {{-1, -1}};
}

int main() {
    int n;
    std::cin >> n;
    std::vector<Domino> dominoes(n);
    for (auto& [left, right] : dominoes) std::cin >> left >> right;
    std::vector<Domino> trail = longestTrail(dominoes);
    std::cout << trail.size() << '\n';
    for (const auto& [left, right] : trail) std::cout << left << ' ' << right << '\n';
}
