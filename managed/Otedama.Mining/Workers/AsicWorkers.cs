using Microsoft.Extensions.Logging;
using Otedama.Asic;

namespace Otedama.Mining;

/// <summary>
/// The boards that were asked for, one worker each. A named one stays whether it is plugged in or not; of auto those
/// that are there come and go.
/// </summary>
public sealed class AsicWorkers(
    IReadOnlyList<BoardRequest> requests, IBoardPorts ports, TimeProvider time, ILogger logger) : IWorkerSource
{
    /// <summary>Boards of one rig; a hub on every port of a machine holds fewer.</summary>
    public const int BoardsMax = 128;

    private readonly Dictionary<BoardRequest, BoardChoice> _named = [];
    private readonly Dictionary<string, string> _names = []; // of workers, by key
    private readonly Dictionary<string, AsicWorker> _workers = []; // the last made, by key
    private HashSet<string> _problems = [];
    private BoardChoice[] _there = [];

    public string Kind => "ASIC";

    public IReadOnlyList<WorkerSeed> Find()
    {
        IReadOnlyList<FoundPort> found = ports.List();
        List<string> problems = [];
        Dictionary<string, BoardChoice> choices = [];
        foreach (BoardRequest request in requests.OrderBy(static request => request.IsAuto))
        {
            IReadOnlyList<BoardChoice> its = Of(request, found, problems);
            if (request.IsAuto && its.Count == 0 && problems.Count == 0)
            {
                problems.Add("No ASIC board that is recognised is plugged in; one that comes is taken. `otedama asic "
                    + "list` shows every port.");
            }
            foreach (BoardChoice choice in its)
            {
                if (choices.Count < BoardsMax && !choices.TryAdd(choice.Place.Key, choice) && !request.IsAuto)
                {
                    problems.Add($"{request.Port}: {choices[choice.Place.Key].Place.Address} is the same device and "
                        + "is mined with already. Leave one of them out.");
                }
            }
        }
        foreach (string problem in problems.Where(problem => !_problems.Contains(problem)))
        {
            RigLog.AsicProblem(logger, problem);
        }
        _problems = [.. problems];
        _there = [.. choices.Values];
        foreach (string gone in _workers.Keys.Where(key => !choices.ContainsKey(key)).ToArray())
        {
            _workers.Remove(gone);
            _names.Remove(gone);
        }
        return [.. _there.Select(choice => new WorkerSeed(choice.Place.Key, id => Make(id, choice)))];
    }

    public IReadOnlyList<DeviceSnapshot> Measure() =>
    [
        .. _there.Select(choice => _workers.GetValueOrDefault(choice.Place.Key)).OfType<AsicWorker>()
            .Select(worker => new DeviceSnapshot(worker.Name, Kind, worker.Device, worker.Telemetry)),
    ];

    private IReadOnlyList<BoardChoice> Of(BoardRequest request, IReadOnlyList<FoundPort> found, List<string> problems)
    {
        if (_named.TryGetValue(request, out BoardChoice? known))
        {
            return [known]; // also while it is unplugged: its chain takes it up again
        }
        IReadOnlyList<BoardChoice> choices = BoardChoice.Of(request, found, problems);
        if (!request.IsAuto && choices.Count == 1)
        {
            _named[request] = choices[0];
        }
        return choices;
    }

    private AsicWorker Make(int id, BoardChoice choice)
    {
        string key = choice.Place.Key;
        if (!_names.TryGetValue(key, out string? name))
        {
            name = Enumerable.Range(0, BoardsMax + 1)
                .Select(static number => FormattableString.Invariant($"asic{number}"))
                .First(free => !_names.ContainsValue(free));
            _names[key] = name;
        }
        if (choice.Note.Length > 0)
        {
            RigLog.AsicNote(logger, name, choice.Note);
        }
        return _workers[key] = new AsicWorker(id, name, choice, ports, time, logger);
    }
}
