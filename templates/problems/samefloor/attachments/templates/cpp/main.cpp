#include <iostream>
#include <vector>

int closestReturn(const std::vector<int>& floors) {
    // TODO: return the smallest distance between two stops at the same floor, or -1.
    return -1;
}

int main() {
    int n;
    std::cin >> n;
    std::vector<int> floors(n);
    for (int& floor : floors) std::cin >> floor;
    std::cout << closestReturn(floors) << '\n';
}
