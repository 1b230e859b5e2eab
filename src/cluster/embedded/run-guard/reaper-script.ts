/** The shell script that outlives us: it ends what a run left behind when the harness is gone. */

/** Environment variable that every process of a run carries; its value is the run's id. */
export const RUN_MARK = 'HPA_LAB_RUN';

/**
 * Arguments: the run's id and its directory. It reads words from its input until that closes:
 * `group N` and `-group N` add and remove a process group, `done` ends it with nothing to do.
 *
 * When the input closes without `done`, the harness is dead, however it died. A process that was just
 * being started carries the mark only once it runs, so two looks in a row must find nothing.
 */
export const REAPER_SCRIPT = `
trap '' HUP INT QUIT TERM
run=$1
dir=$2
groups=
while read -r word value; do
  case $word in
    done) exit 0 ;;
    group) groups="$groups $value" ;;
    -group)
      kept=
      for group in $groups; do [ "$group" = "$value" ] || kept="$kept $group"; done
      groups=$kept ;;
  esac
done
left() {
  grep -lzsxF "${RUN_MARK}=$run" /proc/[0-9]*/environ 2>/dev/null | sed 's,/proc/\\([0-9]*\\)/environ,\\1,'
  [ -f "$dir/cgroups" ] && while read -r top; do
    find "$top" -name cgroup.procs -exec cat {} + 2>/dev/null
  done < "$dir/cgroups"
}
for group in $groups; do
  kill -CONT -- "-$group"
  kill -KILL -- "-$group"
done 2>/dev/null
tries=0
quiet=0
while [ $tries -lt 100 ] && [ $quiet -lt 2 ]; do
  pids=$(left)
  if [ -n "$pids" ]; then
    quiet=0
    kill -CONT $pids 2>/dev/null
    kill -KILL $pids 2>/dev/null
  else
    quiet=$((quiet + 1))
  fi
  tries=$((tries + 1))
  sleep 0.05
done
[ -f "$dir/cgroups" ] && while read -r top; do
  find "$top" -depth -type d -exec rmdir {} \\; 2>/dev/null
done < "$dir/cgroups"
rm -rf "$dir"
`;
