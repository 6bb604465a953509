namespace Otedama.Asic;

/// <summary>One look at a board.</summary>
internal readonly record struct BoardSample(SensorReading Heat, BoardReading Reading);

/// <summary>A board's readings with its guard behind them: what cannot be read is null, and what is too hot goes
/// off.</summary>
internal sealed class GuardedReading
{
    private readonly BoardGuard _guard;
    private Action _makeSafe = static () => { };

    public GuardedReading(TimeProvider clock) => _guard = new BoardGuard(() => BoardErrors.Try(_makeSafe), clock);

    public GuardState State => _guard.State;

    public BoardReading Read(Func<BoardSample> sense, Action makeSafe)
    {
        _makeSafe = makeSafe;
        BoardSample sample;
        try
        {
            sample = sense();
        }
        catch (BoardException e)
        {
            sample = new BoardSample(SensorReading.Failed(e.Message), BoardReading.None);
        }
        _guard.Look(sample.Heat, sample.Reading.RegulatorCelsius);
        return sample.Reading with { ChipCelsius = sample.Heat.Celsius };
    }

    /// <summary>Before anything is switched on. Looks once itself, so that a sensor that came back is seen.</summary>
    public void ThrowUnlessSafe(Func<BoardSample> sense)
    {
        if (_guard.State != GuardState.Safe)
        {
            Read(sense, _makeSafe);
        }
        if (_guard.State != GuardState.Safe)
        {
            throw new ChainException($"the board is held off: {_guard.Reason}");
        }
    }
}

/// <summary>A board's exceptions in the words of a link, which is what a chain knows.</summary>
internal static class BoardErrors
{
    public static LinkException AsLink(Exception e, string name) =>
        e as LinkException
            ?? new LinkException(
            LinkFault.Io, name, e.Message.StartsWith(name, StringComparison.Ordinal) ? e.Message
            : $"{name}: {e.Message}", e);

    /// <summary>What has to be tried whether it works or not.</summary>
    public static void Try(Action act)
    {
        try
        {
            act();
        }
        catch (Exception e) when (e is BoardException or LinkException)
        {
            // The reading that fails too says why, and the next one tries this again.
        }
    }
}
