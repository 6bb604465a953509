using System.Globalization;

namespace Otedama.Asic;

/// <summary>What can be asked of a device beyond reading it.</summary>
[Flags]
public enum FleetAbilities
{
    None = 0,

    /// <summary>Restarting the mining software only.</summary>
    Restart = 1,
    Reboot = 2,
    Pause = 4,
    Resume = 8,
    Locate = 16,
    SetPools = 32,
    SetClock = 64,
    SetVoltage = 128,
    SetMode = 256,
    SetPower = 512,
}

/// <summary>One thing to do on one device. Printing one gives no secret.</summary>
public abstract record FleetOrder
{
    public abstract FleetAbilities Needs { get; }

    /// <summary>For plans, dry runs and the audit log: "set clock 525 MHz".</summary>
    public abstract string Words { get; }

    public sealed override string ToString() => Words;
}

public sealed record RestartOrder : FleetOrder
{
    public override FleetAbilities Needs => FleetAbilities.Restart;

    public override string Words => "restart mining";
}

public sealed record RebootOrder : FleetOrder
{
    public override FleetAbilities Needs => FleetAbilities.Reboot;

    public override string Words => "reboot";
}

public sealed record PauseOrder : FleetOrder
{
    public override FleetAbilities Needs => FleetAbilities.Pause;

    public override string Words => "pause mining";
}

public sealed record ResumeOrder : FleetOrder
{
    public override FleetAbilities Needs => FleetAbilities.Resume;

    public override string Words => "resume mining";
}

/// <summary>Lets the device blink or show where it stands.</summary>
public sealed record LocateOrder(bool On) : FleetOrder
{
    public override FleetAbilities Needs => FleetAbilities.Locate;

    public override string Words => On ? "start blinking" : "stop blinking";
}

/// <summary>Replaces the pools of a device; the first is the one to mine on.</summary>
/// <param name="Pools">1 to 8; how many a device takes is its driver's to say.</param>
public sealed record SetPoolsOrder(IReadOnlyList<FleetPool> Pools) : FleetOrder
{
    public override FleetAbilities Needs => FleetAbilities.SetPools;

    /// <summary>Words begins with it.</summary>
    public const string Verb = "set pools";

    public override string Words => $"{Verb} {string.Join(", ", Pools)}";
}

/// <summary>MHz of all chips.</summary>
public sealed record SetClockOrder(double Mhz) : FleetOrder
{
    public override FleetAbilities Needs => FleetAbilities.SetClock;

    public override string Words => string.Create(CultureInfo.InvariantCulture, $"set clock {Mhz:0.###} MHz");
}

/// <summary>Volts of the core.</summary>
public sealed record SetVoltageOrder(double Volts) : FleetOrder
{
    public override FleetAbilities Needs => FleetAbilities.SetVoltage;

    public override string Words => string.Create(CultureInfo.InvariantCulture, $"set core voltage {Volts:0.####} V");
}

/// <summary>A mode of work by the name FleetTuning.Modes gives it: normal, sleep, low.</summary>
public sealed record SetModeOrder(string Mode) : FleetOrder
{
    public override FleetAbilities Needs => FleetAbilities.SetMode;

    public override string Words => $"set mode {Mode}";
}

/// <summary>A limit of power; exactly one of the two is given.</summary>
/// <param name="Percent">Of what the device takes at full power.</param>
public sealed record SetPowerOrder(double? Watts, double? Percent) : FleetOrder
{
    public override FleetAbilities Needs => FleetAbilities.SetPower;

    public override string Words => Watts is double watts
        ? string.Create(CultureInfo.InvariantCulture, $"limit power to {watts:0.#} W")
        : string.Create(CultureInfo.InvariantCulture, $"limit power to {Percent:0.#} %");
}
