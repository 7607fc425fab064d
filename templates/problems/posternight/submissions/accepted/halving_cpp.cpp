#include <algorithm>
#include <iostream>
#include <vector>

struct Printer {
    long long w, p, c;
};

int main() {
    std::ios::sync_with_stdio(false);
    std::cin.tie(nullptr);
    int n;
    long long needed;
    std::cin >> n >> needed;
    std::vector<Printer> printers(n);
    for (auto& [w, p, c] : printers) std::cin >> w >> p >> c;
    const auto finished = [&](long long minute) {
        long long posters = 0;
        for (const auto& [w, p, c] : printers) posters += std::min(c, std::max(0LL, minute - w) / p);
        return posters;
    };
    long long low = 0, high = 1'000'000'001'000'000;
    if (finished(high) < needed) {
        std::cout << "-1\n";
        return 0;
    }
    while (low < high) {
        const long long middle = (low + high) / 2;
        if (finished(middle) >= needed) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    std::cout << low << '\n';
}
