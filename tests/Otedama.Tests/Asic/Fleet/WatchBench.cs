using Otedama.Asic;

namespace Otedama.Tests.Asic;

/// <summary>A fleet that is watched in held time, and readings of a healthy small device to be spoilt.</summary>
internal sealed class WatchBench
{
    public const string Mac = "aa:bb:cc:00:00:01";

    public const string At = "192.0.2.7:80";

    private readonly Dictionary<string, long> _fed = [];

    public WatchBench(FleetWatchOptions? options = null)
    {
        Watch = new FleetWatch(options ?? new FleetWatchOptions(), Clock);
        Watch.Expect(At, "hall");
    }

    public HeldClock Clock { get; } = new();

    public FleetWatch Watch { get; }

    public List<FleetEvent> Told { get; } = [];

    public IReadOnlyList<string> Raised => [.. Watch.Find(Mac)!.Alarms.Select(static alarm => alarm.Code)];

    /// <summary>A reading every 10 s for that long.</summary>
    public void Feed(double minutes, Func<FleetReading, FleetReading>? spoil = null, string at = At, string mac = Mac)
    {
        for (int i = 0; i < minutes * 6; i++)
        {
            Clock.Advance(10);
            Watch.Take(at, (spoil ?? Same)(Healthy(at, mac)));
            Step();
        }
    }

    public void Step()
    {
        Watch.Step();
        Told.AddRange(Watch.TakeEvents());
    }

    /// <summary>A Bitaxe Gamma that has run for ten hours and more.</summary>
    public FleetReading Healthy(string at = At, string mac = Mac)
    {
        long n = _fed[at] = _fed.GetValueOrDefault(at) + 1;
        double rate = 1.2e12 * (1 + (0.01 * Math.Sin(n)));
        return new FleetReading
        {
            Id = mac,
            Address = at,
            At = Clock.GetUtcNow(),
            Driver = "axeos",
            State = FleetState.Mining,
            Identity = new DeviceIdentity { Family = "Bitaxe", Model = "Gamma", Board = "601", Chip = "BM1370", ChipCount = 1, Version = "v2.9.0", Mac = mac },
            Uptime = TimeSpan.FromHours(10) + TimeSpan.FromSeconds(10 * n),
            Rates = new FleetRates { FiveSeconds = rate, OneMinute = rate, TenMinutes = rate, OneHour = rate, Expected = 1.2e12 },
            Chains = [new ChainReading { Index = 0, ChipsFound = 1, ChipsExpected = 1 }],
            Temperatures = new FleetTemperatures { ChipMax = 55 + (0.5 * Math.Sin(n / 7.0)), Regulator = 60 },
            Fans = [new FanReading(0, 4000 + (20 * Math.Sin(n / 5.0)), 50)],
            Power = new FleetPower { Watts = 18, InputVolts = 5.1, NominalVolts = 5, ClockMhz = 525 },
            Shares = new FleetShares { Accepted = (ulong)n, Rejected = 0, Difficulty = 512, HardwareErrorPercent = 0.2 + (0.02 * Math.Sin(n / 3.0)) },
            Pools = [new PoolReading(0, "stratum+tcp://pool.example:3333", "bc1qowner.rig", "Alive", 0, true, false),
                new PoolReading(1, "stratum+tcp://second.example:3333", "bc1qowner.rig", "Alive", 1, false, true)],
            WifiSignal = -50,
            ResetReason = "Software reset",
            DeviceTime = Clock.GetUtcNow(),
        };
    }

    private static FleetReading Same(FleetReading reading) => reading;
}
