using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Interop;

namespace Otedama;

/// <summary>
/// Says in the log which dataset is being made, how far it is, and how it ended. What takes less than a second is only
/// told at its end, and a dataset that fails again and again is told every ten minutes. Any thread.
/// </summary>
internal sealed partial class DatasetLog(ILogger logger, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_progress = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_failure = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<(Algorithm, DatasetKind, uint, string), long> _said = []; // of those being made
    private readonly Dictionary<(Algorithm, DatasetKind, string), (uint Epoch, long At)> _failed = []; // one entry a kind and place
    private ITimer? _timer;

    public void Follow(Func<IReadOnlyList<DatasetState>> states) =>
        _timer = clock.CreateTimer(_ => Look(states()), null, s_look, s_look);

    public void Look(IReadOnlyList<DatasetState> states)
    {
        lock (_gate)
        {
            DatasetState[] making = [.. states.Where(static state => state.IsBeingMade && state.Seconds >= s_look.TotalSeconds)];
            foreach (DatasetState state in making)
            {
                Say(state);
            }
            HashSet<(Algorithm, DatasetKind, uint, string)> still = [.. making.Select(KeyOf)];
            foreach ((Algorithm, DatasetKind, uint, string) gone in _said.Keys.Where(key =>
                !still.Contains(key)).ToArray())
            {
                _said.Remove(gone);
            }
        }
    }

    public void OnFinished(DatasetState state)
    {
        if (state.Problem.Length == 0)
        {
            Made(logger, state.Name, Mebibytes(state), state.Seconds);
            return;
        }
        lock (_gate)
        {
            bool again = _failed.TryGetValue((state.Algorithm, state.Kind, state.Place), out (uint Epoch, long At) last)
                && last.Epoch == state.Epoch
                && clock.GetElapsedTime(last.At) < s_failure;
            if (!again)
            {
                _failed[(state.Algorithm, state.Kind, state.Place)] = (state.Epoch, clock.GetTimestamp());
                Failed(logger, state.Name, state.Problem);
            }
        }
    }

    /// <summary>A sentence about the memory of a card.</summary>
    public void OnMemory(string sentence) => Memory(logger, sentence);

    public void Dispose() => _timer?.Dispose();

    private void Say(DatasetState state)
    {
        if (!_said.TryGetValue(KeyOf(state), out long at))
        {
            Begun(logger, state.Name, Mebibytes(state));
        }
        else if (clock.GetElapsedTime(at) < s_progress)
        {
            return;
        }
        else
        {
            Progress(logger, state.Name, 100 * state.Done, Mebibytes(state), state.Seconds);
        }
        _said[KeyOf(state)] = clock.GetTimestamp();
    }

    private static (Algorithm, DatasetKind, uint, string) KeyOf(DatasetState state) =>
        (state.Algorithm, state.Kind, state.Epoch, state.Place);

    private static ulong Mebibytes(DatasetState state) => state.Bytes >> 20;

    [LoggerMessage(Level = LogLevel.Information, EventName = "dataset_begun",
        Message = "making the {Dataset}: {Mebibytes} MiB")]
    private static partial void Begun(ILogger logger, string dataset, ulong mebibytes);

    [LoggerMessage(Level = LogLevel.Information, EventName = "dataset_progress",
        Message = "making the {Dataset}: {Percent:0} % of {Mebibytes} MiB after {Seconds:0} s")]
    private static partial void Progress(ILogger logger, string dataset, double percent, ulong mebibytes, double seconds);

    [LoggerMessage(Level = LogLevel.Information, EventName = "dataset_made",
        Message = "made the {Dataset}: {Mebibytes} MiB in {Seconds:0.0} s")]
    private static partial void Made(ILogger logger, string dataset, ulong mebibytes, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "dataset_memory", Message = "{Sentence}")]
    private static partial void Memory(ILogger logger, string sentence);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "dataset_failed",
        Message = "no {Dataset} yet, it will be tried again: {Problem}")]
    private static partial void Failed(ILogger logger, string dataset, string problem);
}
