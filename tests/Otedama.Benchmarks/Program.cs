using System.Globalization;

namespace Otedama.Benchmarks;

/// <summary>Micro-benchmarks and the child processes of crash tests: one word picks the mode.</summary>
internal static class Program
{
    private const string Json = "--json";

    private static bool IsForm(string[] rest) => rest is [] or [Json];

    private static int Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["share-path", .. string[] rest]:
                return SharePathBench.Run(rest);
            case ["share-turns", string directory]:
                return SharePathTurns.Run(directory);
            case ["share-commit", string directory]:
                return SharePathBench.RunCommits(directory);
            case ["share-crash-child", string directory, string first]:
                return ShareCrash.Child(directory, first);
            case ["share-crash", string directory, string rounds]:
                return ShareCrash.Run(directory, rounds);
            case ["ledger-start", string directory, string shares, string payees]:
                return LedgerStartBench.Run(directory, shares, payees);
            case ["share-power-cut", string directory, string rounds]:
                return SharePowerCut.Run(directory, rounds);
            case ["stratum-target", _, _, ..] target:
                return StratumTarget.Run(target[1..]);
            case ["stratum-load", _, _, _, _, _, ..] load:
                return StratumLoad.RunAsync(load[1..]).GetAwaiter().GetResult();
            case ["flood", _, _, _]:
                return Flood.RunAsync(arguments[1..]).GetAwaiter().GetResult();
            case ["peer-memory", string program, string peers]:
                return PeerFlood.MemoryAsync(program, peers).GetAwaiter().GetResult();
            case ["peer-flood", string program, string time, .. string[] form] when IsForm(form):
                return PeerFlood.RunAsync(program, time, form is [Json]).GetAwaiter().GetResult();
            case ["peer-hostile", string to, string id, string seconds]:
                return HostilePeers.RunAsync(to, id, seconds).GetAwaiter().GetResult();
            case ["window", string payees, string shares, .. string[] window] when window.Length < 2:
                return WindowBench.Run(payees, shares, window is [string work] ? work : null);
            case ["share-chain", string payees]:
                return ShareChainBench.Run(payees);
            case ["sharechain-tables", string shares, .. string[] tables] when tables.Length < 2:
                return ShareTables.Run(shares, tables is [string table] ? table : null);
            case ["network-propagation", string nodes, string seeds]:
                return NetworkPropagation.Run(nodes, seeds);
            case ["chain-sync", string path]:
                return ChainSyncBench.RunAsync(path).GetAwaiter().GetResult();
            case ["job-after-share", string miners, string addresses, string rounds, .. string[] form] when IsForm(form):
                return JobAfterShare.RunAsync(miners, addresses, rounds, form is [Json]).GetAwaiter().GetResult();
            case ["idle-miners", string pool, string miners, string addresses]:
                return IdleMiners.RunAsync(pool, miners, addresses).GetAwaiter().GetResult();
            case ["share-to-submit", string rounds, .. string[] form] when IsForm(form):
                return ShareToSubmit.RunAsync(rounds, form is [Json]).GetAwaiter().GetResult();
            case ["warm-start", string program, string runs, .. string[] form] when IsForm(form):
                return WarmStart.RunAsync(program, runs, form is [Json]).GetAwaiter().GetResult();
            case ["fleet-devices"]:
                return FleetBench.DevicesAsync().GetAwaiter().GetResult();
            case ["fleet", string devices, string seconds]:
                return FleetBench.RunAsync(devices, seconds).GetAwaiter().GetResult();
            case ["chips-device", string family, string chips]:
                return StampedChain.RunAsync(family, chips).GetAwaiter().GetResult();
            case ["chips", string program, string seconds, .. string[] form] when IsForm(form):
                return ChipBench.RunAsync(program, seconds, form is [Json]).GetAwaiter().GetResult();
            case ["flashing", string folder, .. string[] sizes] when sizes.Length is 0 or 2:
                return FlashingBench.RunAsync(folder, sizes is [string size, _] ? size : "4", sizes is [_, string turns] ? turns : "3").GetAwaiter().GetResult();
            case ["share-checks"]:
                return ShareChecksBench.Run();
            case ["chain-file", string path, string set, string shares, string payees]:
                return ChainMaker.Run(path, set, shares, payees);
            case ["fuzz", string seconds, string seed]:
                return FuzzBench.Run(seconds, seed);
            case ["compare", .. string[] compare]:
                return CompareCommand.Run(compare);
            case ["first-share", string program, .. string[] runs] when runs.Length < 2:
                return FirstShare.RunAsync(program, runs is [string count] ? int.Parse(count, CultureInfo.InvariantCulture) : 5).GetAwaiter().GetResult();
            default:
                Console.Error.WriteLine(
                    "usage: share-path [DIRECTORY [hash|nohash [easy]]] | share-turns DIRECTORY | share-commit DIRECTORY | share-crash DIRECTORY ROUNDS | share-power-cut DIRECTORY ROUNDS | ledger-start DIRECTORY SHARES ADDRESSES | window PAYEES SHARES [SHARES-IN-WINDOW]"
                    + " | job-after-share MINERS ADDRESSES SHARES [--json] | share-to-submit BLOCKS [--json] | warm-start PATH RUNS [--json]"
                    + " | fleet DEVICES SECONDS | chips PATH SECONDS [--json]"
                    + " | share-chain PAYEES | share-checks | chain-sync PATH | chain-file PATH SET SHARES PAYEES"
                    + " | flashing FOLDER-WITH-ESPTOOL-JS|- [MIB TURNS]"
                    + " | sharechain-tables SHARES [latency|restart|unfairness|selfish] | network-propagation NODES SEEDS"
                    + " | stratum-target DIRECTORY PORT [sync|nosync] | stratum-load HOST:PORT USER CONNECTIONS OUTSTANDING SECONDS [PID]"
                    + " | flood HOST:PORT USER SECONDS | peer-memory PATH PEERS | peer-flood PATH SECONDS [--json] | fuzz SECONDS SEED"
                    + " | compare --ours PATH --peer cpuminer=PATH|ccminer=PATH|rate=PATH [--algo A] [--mode search|verify|build] [--label L]"
                    + " [--threads N] [--pairs N] [--seconds N] [--ours-seconds N]"
                    + " [--out DIRECTORY] [--machine FOLDER] [--ours-arg X] [--peer-arg X] | first-share PATH [RUNS]");
                return 2;
        }
    }
}
