#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

long long warnAll(const std::vector<int>& caller, const std::vector<int>& minutes) {
    std::vector<std::vector<std::pair<long long, int>>> calls(caller.size());
    for (int person = static_cast<int>(caller.size()) - 1;; person--) {
        auto& own = calls[person];
        std::sort(own.begin(), own.end(), std::greater<>());
        long long now = 0, rest = 0;
        for (const auto& [after, length] : own) {
            now += length;
            rest = std::max(rest, now + after);
        }
        if (person == 0) return rest;
        calls[caller[person]].emplace_back(rest, minutes[person]);
    }
}
