import java.util.ArrayList;
import java.util.List;

class Solution {
    long warnAll(int[] caller, int[] minutes) {
        int n = caller.length;
        long[] rest = new long[n];
        List<List<Integer>> lists = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            lists.add(new ArrayList<>());
        }
        for (int person = n - 1; person >= 0; person--) {
            lists.get(person).sort((a, b) -> Long.compare(rest[b], rest[a]));
            long now = 0;
            for (int called : lists.get(person)) {
                now += minutes[called];
                rest[person] = Math.max(rest[person], now + rest[called]);
            }
            if (person > 0) {
                lists.get(caller[person]).add(person);
            }
        }
        return rest[0];
    }
}
