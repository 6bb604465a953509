using Otedama.Asic;

namespace Otedama.Tests.Asic;

/// <summary>An invented fleet, watched by the real watch in held time: two halls, one thief, one name that is markup, one dead switch.</summary>
internal sealed class FakeFleet : IFleetView
{
    private readonly WatchBench _bench = new();

    /// <param name="more">Healthy devices besides, in a hall of their own.</param>
    public FakeFleet(int more = 0)
    {
        string[] names = ["gamma-1", "gamma-2", "<script>alert(1)</script>", "gamma-4"];
        string[] dead = [.. Enumerable.Range(1, 3).Select(static i => $"198.51.100.{i}:80")];
        string[] all = [.. Enumerable.Range(2, 3).Select(static i => $"192.0.2.{i}:80"), "198.51.100.4:80"];
        foreach (string address in all.Concat(dead))
        {
            _bench.Watch.Expect(address, address.StartsWith("198", StringComparison.Ordinal) ? "hall-2" : "hall-1");
        }
        for (int i = 0; i < 360; i++)
        {
            _bench.Clock.Advance(10);
            double wave = Math.Sin(i / 40.0);
            _bench.Watch.Take(WatchBench.At, Of(WatchBench.At, WatchBench.Mac, names[0], wave));
            for (int n = 0; n < all.Length; n++)
            {
                FleetReading reading = Of(all[n], $"aa:bb:cc:00:01:0{n}", n < 3 ? names[n + 1] : "gamma-5", wave);
                _bench.Watch.Take(all[n], i > 300 && n == 1 ? reading with { Pools = [reading.Pools[0] with { User = "bc1qthief" }] } : reading);
            }
            Array.ForEach(dead, address => _bench.Watch.Miss(address, "no route to host"));
            _bench.Step();
        }
        for (int i = 0; i < more; i++)
        {
            string at = $"10.0.{i / 200}.{10 + (i % 200)}:80";
            _bench.Watch.Expect(at, "hall-3");
            _bench.Watch.Take(at, Of(at, $"aa:bb:cc:01:{i / 256:x2}:{i % 256:x2}", $"gamma-{100 + i}", 0));
        }
    }

    public (long Answers, long Misses) Polls => (1800, 1080);

    public FleetAnswer Fleet(FleetPage page) =>
        FleetViews.Fleet(Snapshot(), page, new Dictionary<string, string>(), 1800, 1080, true);

    public FleetDeviceAnswer? Device(string name) => _bench.Watch.Find(name) is { } device ? FleetViews.Device(device, null) : null;

    public CommandException Unknown(string name) => new(2, $"No device is called \"{name}\"");

    public FleetHistoryAnswer? History(string name, TimeSpan span) =>
        _bench.Watch.Find(name) is { } device ? FleetViews.History(device, _bench.Watch.History(name, span)!) : null;

    public FleetSnapshot Snapshot() => _bench.Watch.Snapshot();

    public Task<FleetOrderAnswer> OrderAsync(FleetOrderRequest request, CancellationToken cancel) => throw new CommandException(2, "not in this test");

    public FleetOrderAnswer Agree(string name) => throw new CommandException(2, "not in this test");

    public Task<FleetOrderAnswer> TuneAsync(string name, string goal, CancellationToken cancel) => throw new CommandException(2, "not in this test");

    public FleetOrderAnswer Curtail(double? watts, string? group, bool skipUnknown) => throw new CommandException(2, "not in this test");

    /// <summary>So many devices that were read once.</summary>
    public static FleetSnapshot Snapshot(int devices)
    {
        WatchBench bench = new();
        return new FleetSnapshot(bench.Clock.GetUtcNow(), [.. Enumerable.Range(0, devices).Select(i => new FleetDevice
        {
            Id = $"aa:bb:cc:00:{i / 256:x2}:{i % 256:x2}",
            Address = $"10.0.{i / 256}.{i % 256}:80",
            Name = $"d{i}",
            Group = "x",
            State = FleetState.Mining,
            Reading = bench.Healthy(),
        })], []);
    }

    private FleetReading Of(string at, string mac, string name, double wave)
    {
        FleetReading reading = _bench.Healthy(at, mac);
        return reading with
        {
            Identity = reading.Identity with { HostName = name },
            Temperatures = reading.Temperatures with { ChipMax = 57 + (4 * wave) },
            Power = reading.Power with { Watts = 18 + wave, CoreVolts = 1.15 },
        };
    }
}
