using System.CommandLine;

namespace Otedama;

/// <summary>One way a verb is used. Line begins with "otedama".</summary>
internal sealed record Example(string Line, string Meaning);

/// <summary>
/// How the verbs are used: printed by --help, the man page and docs/reference/cli.md. A test parses every line; a verb
/// with options or arguments of its own must have one.
/// </summary>
internal static class Examples
{
    private static readonly (string Verb, string Line, string Meaning)[] s_all =
    [
        ("otedama", "otedama", "Chain, pool, miner and dashboard on this machine, or what ./otedama.yaml says."),
        ("otedama", "otedama --config otedama.yaml", "Run what a file says."),
        ("otedama", "otedama --set pool.port=3334 --set mining.enabled=false", "Any setting without a file."),
        ("otedama mine", "otedama mine --wallet ADDRESS --pool stratum+tcp://pool.example:3333", "Mine on a pool."),
        ("otedama mine",
            "otedama mine --wallet ADDRESS --algo kawpow --pool stratum+ssl://pool.example:3443 --threads 4",
            "Another algorithm over TLS, with four processor threads."),
        ("otedama mine",
            "otedama mine --wallet ADDRESS.attic --password d=1024 --pool pool.example:3333 --pool other.example:3333",
            "A name for this machine, a password, and a second pool for when the first fails."),
        ("otedama mine", "otedama mine --wallet ADDRESS --pool pool.example:3333 --threads none --asic auto",
            "Every USB miner that is plugged in, now or later, and no processor."),
        ("otedama mine",
            "otedama mine --wallet ADDRESS --pool pool.example:3333 --asic /dev/ttyUSB0,chip=BM1366,chips=1",
            "Chips behind a serial port that says nothing of itself, beside the processor."),
        ("otedama asic list", "otedama asic list", "The ports of this machine and the boards on them."),
        ("otedama asic bench", "otedama asic bench usb:0403:6015 --seconds 60",
            "A minute of work for one stick, and how well its chips do it."),
        ("otedama asic bench", "otedama asic bench /dev/ttyUSB0,chip=BM1370,chips=2 --json",
            "Chips of a configuration of one's own, for a script."),
        ("otedama asic check", "otedama asic check esp-miner.bin --device info.json",
            "Whether an image may be written to a device whose /api/system/info was saved."),
        ("otedama asic check", "otedama asic check esp-miner.bin --device info.json --catalogue catalogue.json --json",
            "Every rule as JSON, for a script."),
        ("otedama asic flash", "otedama asic flash --device /dev/ttyACM0 --image esp-miner.bin --dry-run",
            "Look at the controller and show the plan."),
        ("otedama asic flash", "otedama asic flash --device /dev/ttyACM0 --image esp-miner.bin",
            "Show the plan, ask, and carry it out."),
        ("otedama asic flash", "otedama asic flash --resume 3f2a91c07d5be846 --yes",
            "Carry out a plan that --plan kept, or go on after a power cut."),
        ("otedama asic rollout", "otedama asic rollout --devices site.txt --image esp-miner.bin --plan",
            "Look at every device of a list, show who comes when, and keep that."),
        ("otedama asic rollout", "otedama asic rollout --resume 3f2a91c07d5be846 --yes",
            "Carry it out: canaries, then waves; go on after a power cut."),
        ("otedama asic backup", "otedama asic backup --device /dev/ttyACM0 --to bitaxe-backup",
            "Keep settings and what starts the controller."),
        ("otedama asic backup", "otedama asic backup --device /dev/ttyUSB0 --to whole --whole --stub esp32s3.json",
            "Keep all of its flash, by a loader of your own."),
        ("otedama asic restore", "otedama asic restore --device /dev/ttyACM0 --from bitaxe-backup",
            "Show the plan that writes it back, ask, and carry it out."),
        ("otedama asic verify", "otedama asic verify --device /dev/ttyACM0 --against esp-miner.bin",
            "Which slot has that image."),
        ("otedama asic catalogue", "otedama asic catalogue --catalogue catalogue.json",
            "What the signed catalogue stands for."),
        ("otedama pool", "otedama pool --fee 1.0 --min-payout 0.1", "Serve miners on the embedded chain."),
        ("otedama pool", "otedama pool --config otedama.yaml", "Serve miners of the coin whose node the file names."),
        ("otedama pool", "otedama pool --set pool.check_gpus=0",
            "Check miners' shares on graphics card 0 beside the processor."),
        ("otedama pool stats", "otedama pool stats", "Every pool of the running instance."),
        ("otedama pool miners", "otedama pool miners --pool litecoin", "Who is connected to one of several pools."),
        ("otedama pool payouts", "otedama pool payouts --json", "Everybody's money for a program."),
        ("otedama pool blocks", "otedama pool blocks --pool main", "Blocks of one of several pools."),
        ("otedama node status", "otedama node status", "Height and health of the coin nodes."),
        ("otedama node peers", "otedama node peers", "Which nodes of the share chain are connected."),
        ("otedama node sync", "otedama node sync", "How far the share chain is, and whether miners get work."),
        ("otedama mining stop", "otedama mining stop --rig verus",
            "Stop one of several rigs; pools and the others go on."),
        ("otedama mining start", "otedama mining start", "Start all rigs of this machine again."),
        ("otedama mining switch", "otedama mining switch --algo kawpow --pool stratum+tcp://pool.example:3333 "
            + "--wallet ADDRESS --rig card",
            "One rig mines something else until the next reload or restart; the file stays as it is."),
        ("otedama mining switch", "otedama mining switch --algo verushash --json",
            "On this process's pool of that algorithm, or back to what the file says."),
        ("otedama mining benchmark", "otedama mining benchmark --algo sha256d --threads 1,2",
            "One algorithm with one and with two threads."),
        ("otedama mining benchmark", "otedama mining benchmark --gpu 0 --algo kawpow,sha256d --seconds 3",
            "Each geometry of a graphics card; the miner remembers the fastest."),
        ("otedama mining benchmark", "otedama mining benchmark --verify --gpu 0 --algo sha256d",
            "Checks of shares on the processor and on the first graphics card, 256 and 65536 at once."),
        ("otedama mining benchmark", "otedama mining benchmark --algo verthash --verthash-memory --repeats 3 --json",
            "An algorithm that needs its data first; the numbers as JSON."),
        ("otedama bench p2p", "otedama bench p2p",
            "What this machine does as a node of a share chain, against what is asked for."),
        ("otedama bench p2p", "otedama bench p2p --connections 4 --json",
            "Throughput of four links side by side; the numbers as JSON."),
        ("otedama ledger check", "otedama ledger check",
            "Say what is damaged in the share log of this machine's pool, which must not run."),
        ("otedama ledger check", "otedama ledger check --dir /backup/pool/shares", "The same for a copy."),
        ("otedama ledger repair", "otedama ledger repair",
            "Skip exactly what is damaged; copies of the changed files are kept."),
        ("otedama ledger export", "otedama ledger export payouts > payouts.csv", "A table of the ledger as CSV."),
        ("otedama devices", "otedama devices --json", "What can hash on this machine, for a script."),
        ("otedama asic scan", "otedama asic scan 192.168.1.0/24", "Which ASICs are in a network, and who reads them."),
        ("otedama asic decode", "otedama asic decode reply.json", "What a recorded reply means."),
        ("otedama asic status", "otedama asic status", "Every device of the fleet, its figures and alarms."),
        ("otedama asic status", "otedama asic status 192.168.1.7 --agree", "A device's pools and firmware were "
            + "changed on purpose."),
        ("otedama asic watch", "otedama asic watch --every 30", "A line whenever an alarm comes or goes."),
        ("otedama asic pools set", "otedama asic pools set gamma-1 --pool stratum+tcp://pool.example:3333 --user "
            + "ADDRESS.gamma1",
            "Another pool for one device."),
        ("otedama asic reboot", "otedama asic reboot gamma-1 --dry-run", "What would be sent, into the audit log "
            + "only."),
        ("otedama asic pause", "otedama asic pause --all --watts 20000", "Off the grid a tenth at a time, until "
            + "20 kW are left."),
        ("otedama asic resume", "otedama asic resume --group hall-1", "And back, one group."),
        ("otedama asic tune", "otedama asic tune gamma-1 --goal energy", "Least energy per hash among the "
            + "settings the device lists."),
        ("otedama asic history", "otedama asic history gamma-1 --hours 24", "A day of one device, minute by minute."),
        ("otedama asic export", "otedama asic export > fleet.csv", "The fleet as a table."),
        ("otedama net dht",
            "otedama net dht --network e78ca148b270e2a4874a4aa3e1d95aeecf90676e33ff7eba5beb7165380d63e8",
            "Who announces himself under the keys of a share chain."),
        ("otedama net test", "otedama net test", "Every pool and node of the configuration."),
        ("otedama net test", "otedama net test stratum+ssl://pool.example:3443 http://user:password@127.0.0.1:8332",
            "A pool and a node before they are written down."),
        ("otedama mining tune", "otedama mining tune --algo verushash",
            "Find the best flavour and thread count once; the miner keeps to it."),
        ("otedama mining hugepages", "sudo otedama mining hugepages --pages 640 --persist",
            "Huge pages for the data of Verthash, also after a restart."),
        ("otedama profile", "otedama profile --duration 60s", "Watch a running instance for a minute."),
        ("otedama plugin verify", "otedama plugin verify algorithm.wasm",
            "Print the digest by which a plugin is trusted."),
        ("otedama plugin bench", "otedama plugin bench --config otedama.yaml --threads 2",
            "Measure the plugins of a configuration."),
        ("otedama chaos run", "otedama chaos run --seeds 1..200",
            "Two hundred runs; the last line says how many broke a promise."),
        ("otedama chaos run", "otedama chaos run --seed 7 --trace", "One run, line by line."),
        ("otedama chaos run", "otedama chaos run --network --seeds 1..200",
            "Two hundred networks of nodes of one share chain."),
        ("otedama sharechain show", "otedama sharechain show", "What is kept of the share chain; the pool is stopped."),
        ("otedama sharechain export", "otedama sharechain export chain.txt",
            "The share chain as a file; the pool is stopped."),
        ("otedama sharechain import", "otedama sharechain import chain.txt",
            "Such a file into this node's folder, after checking it."),
        ("otedama sharechain verify", "otedama sharechain verify chain.txt",
            "Say whether every share of a chain follows the rules, and whom its tip pays."),
        ("otedama config show", "otedama config show --config otedama.yaml",
            "Every setting and where its value comes from."),
        ("otedama config check", "otedama config check otedama.yaml",
            "Say what is wrong with a file before it is used."),
        ("otedama config check", "otedama config check otedama.yaml --set pool.port=3334",
            "The same with a setting given beside it."),
        ("otedama config sample", "otedama config sample > otedama.yaml",
            "A file in which every setting is explained."),
        ("otedama verify", "otedama verify --quick",
            "Known answers of every algorithm, without those that need gigabytes."),
        ("otedama verify", "otedama verify --device 0 --vectors blocks.txt",
            "A file of one's own on the first graphics card."),
        ("otedama verify", "otedama verify --device 0 --kawpow-dataset full --vectors blocks.txt",
            "KawPow by the whole dataset in the card's memory, as it is mined."),
        ("otedama verify", "otedama verify --flavour ref --vectors vectors.txt",
            "A file of one's own, with the portable code."),
        ("otedama verify", "otedama verify --sv2 vectors.json",
            "Messages, handshakes and rules of Stratum V2, from such a file."),
        ("otedama init", "otedama init", "Answer a few questions, get a commented otedama.yaml."),
        ("otedama init", "otedama init rig.yaml --force", "Write over a file that is there."),
        ("otedama service print", "otedama service print | sudo tee /etc/systemd/system/otedama.service",
            "A service of the system; the file says what to do next."),
        ("otedama service print", "otedama service print --user > ~/.config/systemd/user/otedama.service",
            "A service of this user, without root."),
        ("otedama completion", "otedama completion bash > ~/.local/share/bash-completion/completions/otedama",
            "Completion in bash from the next shell on."),
        ("otedama completion", "otedama completion fish | source", "Completion in this fish."),
        ("otedama man", "otedama man | man -l -", "Read the manual."),
        ("otedama reload", "otedama reload", "Read the configuration again; the answer names what needs a restart."),
        ("otedama help", "otedama help pool payouts", "Explain a verb."),
    ];

    /// <summary>The rows of this very verb.</summary>
    public static Example[] Own(Command command) =>
        [.. s_all.Where(row => row.Verb == UsageErrors.PathOf(command))
            .Select(static row => new Example(row.Line, row.Meaning))];

    /// <summary>
    /// At least one for every verb: its own rows, else those of the verbs below it, else the bare verb.
    /// </summary>
    public static IEnumerable<Example> Of(Command command)
    {
        Example[] own = Own(command);
        return own.Length > 0 ? own
            : command.Subcommands.Any(static c => !c.Hidden)
            ? command.Subcommands.Where(static c => !c.Hidden).SelectMany(static c => Of(c).Take(1))
            : [new Example(UsageErrors.PathOf(command), command.Description ?? "")];
    }
}
