#include <iostream>
#include <string>
#include <unordered_map>
#include <vector>

int main() {
    std::ios::sync_with_stdio(false);
    std::cin.tie(nullptr);
    int n, k;
    std::cin >> n >> k;
    std::vector<std::string> artists(n);
    std::unordered_map<std::string, int> counts;
    int left = 0, best = 0, start = 0;
    for (int right = 0; right < n; right++) {
        std::cin >> artists[right];
        int& count = counts[artists[right]];
        count++;
        while (count > k) counts[artists[left++]]--;
        if (right - left + 1 > best) {
            best = right - left + 1;
            start = left + 1;
        }
    }
    std::cout << best << ' ' << start << '\n';
}
