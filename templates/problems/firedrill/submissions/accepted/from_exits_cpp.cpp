#include <algorithm>
#include <iostream>
#include <queue>
#include <string>
#include <vector>

int main() {
    std::ios::sync_with_stdio(false);
    std::cin.tie(nullptr);
    int rows, columns;
    std::cin >> rows >> columns;
    const int width = columns + 2;
    std::string squares(width, '#');
    for (int y = 0; y < rows; y++) {
        std::string line;
        std::cin >> line;
        squares += '#' + line + '#';
    }
    squares += std::string(width, '#');
    std::vector<int> distance(squares.size(), -1);
    std::queue<int> queue;
    for (int i = 0; i < static_cast<int>(squares.size()); i++) {
        if (squares[i] == 'E') {
            distance[i] = 0;
            queue.push(i);
        }
    }
    for (; !queue.empty(); queue.pop()) {
        const int i = queue.front();
        for (int j : {i - width, i - 1, i + 1, i + width}) {
            if (squares[j] != '#' && distance[j] < 0) {
                distance[j] = distance[i] + 1;
                queue.push(j);
            }
        }
    }
    int out = 0, longest = 0;
    long long steps = 0;
    for (std::size_t i = 0; i < squares.size(); i++) {
        if (squares[i] == 'P' && distance[i] >= 0) {
            out++;
            steps += distance[i];
            longest = std::max(longest, distance[i]);
        }
    }
    std::cout << "out: " << out << "\nsteps: " << steps << "\nlongest: " << longest << '\n';
}
