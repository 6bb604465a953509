using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Otedama.Core;

namespace Otedama;

/// <summary>A miner that speaks Stratum to the pool, hashes for real, and, if it is that kind, cheats.</summary>
internal sealed partial class SimMiner
{
    /// <summary>Work it keeps, as firmware does, to send late shares of.</summary>
    private const int WorkKept = 12;

    private static readonly TimeSpan s_turn = TimeSpan.FromMilliseconds(500);

    private readonly SimWorld _world;
    private readonly SimLife _life;
    private readonly SeededRandom _random;
    private readonly SimMinerHabit _habit;
    private readonly IPEndPoint _from;
    private readonly List<SimWork> _work = []; // of this connection, newest last
    private readonly Dictionary<string, SimWork> _told = []; // of all connections, by job
    private readonly Dictionary<long, SimRequest> _open = []; // asked and not answered
    private readonly StringBuilder _line = new();
    private SimWire? _wire;
    private string _session = "";
    private byte[] _extranonce1 = [];
    private double _difficulty;
    private ulong _extranonce2;
    private long _lastId;
    private int _failures;

    public SimMiner(SimWorld world, int number, string address)
    {
        _world = world;
        Name = $"miner{number}";
        _life = new SimLife(world.Schedule, Name);
        _random = world.RandomFor(Name);
        _habit = SimMinerHabit.Of(_random, number);
        User = $"{address}.{Name}";
        _from = new IPEndPoint(new IPAddress([10, 0, 0, (byte)(1 + number)]), 1_024);
    }

    public string Name { get; }

    public string User { get; }

    /// <summary>Every hash that met something, by its value.</summary>
    public Dictionary<Hash256, SimFind> Finds { get; } = [];

    /// <summary>Hashes done for each difficulty told.</summary>
    public Dictionary<double, long> Hashes { get; } = [];

    /// <summary>Requests that wait on an open connection, oldest first.</summary>
    public IEnumerable<SimRequest> Waiting => _open.Values.OrderBy(static request => request.SentAt);

    /// <summary>It stops cheating.</summary>
    public bool IsHonest { get; set; }

    /// <summary>It stops hashing.</summary>
    public bool IsResting { get; set; }

    public bool IsConnected => _wire is { IsOver: false, IsCut: false };

    public void Start()
    {
        Connect();
        _world.Schedule.After(s_turn * _random.Fraction(), _life, Turn);
    }

    /// <summary>Hangs up; it will be back.</summary>
    public void HangUp()
    {
        if (_wire is { } wire)
        {
            wire.Close();
            OnClosed(wire);
        }
    }

    /// <summary>Its cable is pulled; it notices, and is back, a while later.</summary>
    public void PullCable(TimeSpan until)
    {
        if (_wire is { } wire)
        {
            wire.Cut();
            _world.Schedule.After(until, _life, () => OnClosed(wire));
        }
    }

    public void Reset() => _wire?.Reset();

    private void Connect()
    {
        _line.Clear();
        SimWire? made = null;
        made = _world.Network.Connect(_life, _from, LogIn, bytes => OnBytes(made!, bytes), () => OnClosed(made!));
        _wire = made;
    }

    private void OnClosed(SimWire wire)
    {
        if (wire != _wire)
        {
            return;
        }
        _wire = null;
        _open.Clear();
        _work.Clear();
        _failures++;
        double seconds = Math.Min(30, 0.5 * Math.Pow(2, Math.Min(_failures, 6)));
        _world.Schedule.After(TimeSpan.FromSeconds(seconds * (0.5 + _random.Fraction())), _life, Connect);
    }

    private void LogIn()
    {
        string resumed = _session.Length > 0 && !_habit.Forgets ? $",\"{_session}\"" : "";
        Ask("mining.subscribe", $"\"sim/1\"{resumed}", null);
        Ask("mining.authorize", $"\"{User}\",\"x\"", null);
    }

    private void Ask(string method, string parameters, SimFind? find)
    {
        if (_wire is not { } wire)
        {
            return;
        }
        long id = ++_lastId;
        _open[id] = new SimRequest(id, method, find, _world.Schedule.Now);
        wire.Send(Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $$"""{"id":{{id}},"method":"{{method}}","params":[{{parameters}}]}""") + "\n"));
    }

    private void OnBytes(SimWire wire, ReadOnlyMemory<byte> bytes)
    {
        foreach (byte letter in bytes.Span)
        {
            if (wire != _wire)
            {
                return;
            }
            if (letter != (byte)'\n')
            {
                _line.Append((char)letter);
                continue;
            }
            string line = _line.ToString();
            _line.Clear();
            using JsonDocument message = JsonDocument.Parse(line);
            OnMessage(message.RootElement);
        }
    }

    private void OnMessage(JsonElement message)
    {
        if (message.TryGetProperty("method", out JsonElement method))
        {
            JsonElement parameters = message.GetProperty("params");
            switch (method.GetString())
            {
                case "mining.set_difficulty":
                    _difficulty = parameters[0].GetDouble();
                    break;
                case "mining.notify":
                    OnJob(parameters);
                    break;
            }
            return;
        }
        if (message.GetProperty("id").ValueKind != JsonValueKind.Number
            || !_open.Remove(message.GetProperty("id").GetInt64(), out SimRequest? request))
        {
            return; // an answer to garbage, which has no number
        }
        OnAnswer(request, message.GetProperty("result"), message.GetProperty("error"));
    }

    private void OnAnswer(SimRequest request, JsonElement result, JsonElement error)
    {
        if (request.Method == "mining.subscribe" && result.ValueKind == JsonValueKind.Array)
        {
            _session = result[0][0][1].GetString()!;
            _extranonce1 = Convert.FromHexString(result[1].GetString()!);
            _failures = 0;
        }
        if (request.Find is not { } find)
        {
            return;
        }
        bool accepted = result.ValueKind == JsonValueKind.True;
        if (accepted)
        {
            find.Accepted++;
            _world.OnAccepted(find);
        }
        _world.Trace.Note(Name,
            $"{find.Hash.ToString()[..16]} of job {find.Told.JobId}: {(accepted ? "accepted" : error[1].GetString())}");
    }

    private void OnJob(JsonElement parameters)
    {
        if (_extranonce1.Length == 0 || _difficulty == 0)
        {
            _world.Fail($"{Name} got work before it had an extranonce and a difficulty");
            return;
        }
        SimWork work = new(parameters, _extranonce1, _difficulty, _world.Chain.Coin.DifficultyOne);
        work.Roll(_extranonce2++);
        _world.Trace.Note(Name, $"job {work.JobId} at difficulty {_difficulty}");
        _work.Add(work);
        _told[work.JobId] = work;
        if (_work.Count > WorkKept)
        {
            _work.RemoveAt(0);
        }
    }
}
