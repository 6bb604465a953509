using Otedama.Asic;

namespace Otedama.Tests.Asic;

/// <summary>The board of a simulated chain: every line and sensor is a property.</summary>
internal sealed class BenchBoard(SimulatedChain chain, HeldClock clock) : IBoardControl
{
    public string Name => "bench board";

    public BenchLink? Link { get; private set; }

    public int Opened { get; private set; }

    /// <summary>Pulled out: Open says Missing.</summary>
    public bool IsAbsent { get; set; }

    public bool HasReset { get; set; } = true;

    public bool HasRegulator { get; set; } = true;

    public bool ResetStuckLow { get; set; }

    public int RateMax { get; set; } = 4_000_000;

    public double? Celsius { get; set; } = 50;

    public double? RegulatorCelsius { get; set; } = 60;

    /// <summary>Where it goes once the clock is asked for by a temperature model; null = Celsius as it is.</summary>
    public Func<double?>? Model { get; set; }

    public string? Fault { get; set; }

    public int? Fan { get; private set; }

    public int? Millivolts { get; private set; }

    public List<string> Told { get; } = [];

    public bool? IsResetHeld => HasReset ? ResetStuckLow || chain.IsHeld : null;

    public ILink Open()
    {
        if (IsAbsent)
        {
            throw new LinkException(LinkFault.Missing, Name, "bench board: not there; plug it in");
        }
        Opened++;
        return Link = new BenchLink(chain, clock) { RateMax = RateMax };
    }

    public void Close()
    {
    }

    public bool SetReset(bool held)
    {
        if (HasReset)
        {
            Told.Add(held ? "reset" : "run");
            chain.HoldReset(held || ResetStuckLow);
        }
        return HasReset;
    }

    public bool SetRegulator(bool on)
    {
        if (HasRegulator)
        {
            Told.Add(on ? "on" : "off");
            chain.Power(on);
        }
        return HasRegulator;
    }

    public bool SetMillivolts(int millivolts)
    {
        Told.Add($"{millivolts} mV");
        Millivolts = millivolts;
        return true;
    }

    public bool SetFan(int percent)
    {
        Fan = percent;
        return true;
    }

    public BoardReading Read() => new()
    {
        ChipCelsius = Model is null ? Celsius : Model(),
        RegulatorCelsius = RegulatorCelsius,
        Fault = Fault,
        FanPercent = Fan,
        FanRpm = Fan * 60,
    };

    /// <summary>Pulls it out.</summary>
    public void Unplug()
    {
        IsAbsent = true;
        if (Link is { } link)
        {
            link.IsGone = true;
        }
    }
}
