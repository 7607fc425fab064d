#include <iostream>
#include <string>
#include <utility>
#include <vector>

std::pair<int, int> longestBlock(const std::vector<std::string>& artists, int k) {
    // TODO: return the length of the longest allowed block and the number of its first song (from 1).
    return {0, 0};
}

int main() {
    int n, k;
    std::cin >> n >> k;
    std::vector<std::string> artists(n);
    for (std::string& artist : artists) std::cin >> artist;
    auto [length, start] = longestBlock(artists, k);
    std::cout << length << ' ' << start << '\n';
}
