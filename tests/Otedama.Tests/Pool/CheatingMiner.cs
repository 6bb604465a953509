using System.Globalization;
using System.Text.Json;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama.Tests.Pool;

/// <summary>
/// A miner of 8 difficulty units in 5 s that hashes as chance has it and cheats with what it then knows: each find has its own
/// value, and it alone decides when, and whether, to send it.
/// </summary>
internal sealed class CheatingMiner(CheatersWorld world, Cheat cheat)
{
    private const double HashesPerSecond = 8 * 4_294_967_296.0 / 5;

    /// <summary>Honest steps until the pool has measured what the miner can do: then its wishes count most.</summary>
    private const int WarmUp = 15;

    /// <summary>Finds are drawn down to a difficulty this much easier than the job's.</summary>
    private const double Easier = 8;

    private static readonly double s_one = Target.BitcoinOne.ToWork() is var work ? (double)work : 0;

    private readonly string _user = $"{StratumHarness.Address(9)}.{world.Random.Next()}";
    private readonly List<Find> _held = [];
    private readonly Dictionary<uint, double> _told = []; // difficulty by job, as the pool has told it
    private readonly List<uint> _jobs = [];
    private CheatersWorld.Line _line = null!;
    private double _difficulty;
    private double _base;
    private uint _extranonce;
    private string _session = "";
    private uint _nonce;

    public double Done { get; private set; }

    public double Credited { get; private set; }

    /// <summary>Sum of the squares of the shares' works: the variance of what luck alone would credit.</summary>
    public double Squares { get; private set; }

    private Random Random => world.Random;

    public void Run(int steps)
    {
        Connect(resume: false);
        for (int step = 0; step < steps; step++)
        {
            Work(1 + (9 * Random.NextDouble()));
            if (_line.IsClosed)
            {
                Connect(resume: Random.Next(2) == 0);
            }
            Act(step < WarmUp ? Cheat.None : cheat == Cheat.Anything ? (Cheat)Random.Next((int)Cheat.Anything) : cheat, step - WarmUp);
        }
        SendWhere(static _ => true);
        _line.Close(CloseReason.PeerClosed);
        foreach (double work in world.Accepted)
        {
            Credited += work;
            Squares += work * work;
        }
        world.Accepted.Clear();
        world.Forget();
    }

    private void Connect(bool resume)
    {
        _line = new CheatersWorld.Line(world);
        _line.Send($"{{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[\"t\"{(resume ? $",\"{_session}\"" : "")}]}}");
        _line.Send($"{{\"id\":2,\"method\":\"mining.authorize\",\"params\":[\"{_user}\",\"x\"]}}");
        Read();
    }

    /// <summary>Hashes for some seconds on the newest job or, to see what an old one gives, on one before it.</summary>
    private void Work(double seconds)
    {
        if (_jobs.Count > 0)
        {
            uint job = cheat == Cheat.Anything && Random.Next(4) == 0 ? _jobs[Random.Next(_jobs.Count)] : _jobs[^1];
            double easiest = Math.Max(cheat is Cheat.RaiseAndSendAll or Cheat.HoldLucky && _base > 0 ? Math.Min(_base, _told[job]) : _told[job] / Easier, 1e-3);
            Done += HashesPerSecond * seconds;
            for (int i = Poisson(HashesPerSecond * seconds / (easiest * s_one)); i > 0; i--)
            {
                Find find = new(job, _extranonce, ++_nonce, easiest / Math.Max(1 - Random.NextDouble(), 1e-12));
                _held.Add(find);
                uint work = world.Jobs.TryGet(job, out PoolJob? known) ? known.Job.WorkId : 0;
                world.Found(work, _extranonce, find.Nonce, HashOf(find.Difficulty));
            }
        }
        world.Time.Advance(seconds, world.Jobs);
        if (Random.Next(12) == 0)
        {
            world.Offer(newTip: Random.Next(8) == 0);
        }
        _line.Session.OnJobPublished();
        _line.Session.Tick(world.Server.Now, mintTurn: true);
        Read();
    }

    private void Act(Cheat now, int step)
    {
        switch (now)
        {
            case Cheat.None:
                SendWhere(find => find.Difficulty >= _told[find.Job]);
                break;
            case Cheat.RaiseAndSendAll:
                RaiseAndSendAll(step % 7);
                break;
            case Cheat.HoldLucky:
                HoldLucky(step % 20);
                break;
            case Cheat.Reconnect:
                SendWhere(find => find.Difficulty >= _told[find.Job] && find.Difficulty < 4 * _told[find.Job]);
                if (step % 5 == 4)
                {
                    _line.Close(CloseReason.PeerClosed);
                    Connect(resume: Random.Next(4) != 0);
                    Suggest(_difficulty * (Random.Next(2) == 0 ? 8 : 0.125));
                    SendWhere(static _ => true);
                }
                break;
        }
        Read();
    }

    /// <summary>Half a minute of new jobs whose lucky finds would be worth 64 times as much, then back to where it began.</summary>
    private void RaiseAndSendAll(int phase)
    {
        _base = phase == 0 ? _difficulty : _base;
        SendWhere(find => find.Difficulty >= _base);
        if (phase is 0 or 6)
        {
            Suggest(phase == 0 ? 64 * _base : _base);
        }
    }

    /// <summary>Holds what is worth more than its job gives until the difficulty has changed so often that the job is forgotten.</summary>
    private void HoldLucky(int phase)
    {
        _base = phase == 0 ? _difficulty : _base;
        SendWhere(find => find.Difficulty >= _told[find.Job] && (phase == 19 || find.Difficulty < 33 * _base));
        if (phase >= 8)
        {
            Suggest(phase == 19 ? _base : _base * (32 + (phase % 2)));
        }
    }

    private void Suggest(double difficulty)
    {
        if (difficulty > 0)
        {
            string wish = difficulty.ToString("F9", CultureInfo.InvariantCulture);
            _line.Send($"{{\"id\":3,\"method\":\"mining.suggest_difficulty\",\"params\":[{wish}]}}");
        }
    }

    private void SendWhere(Func<Find, bool> wanted)
    {
        foreach (Find find in _held.Where(wanted).OrderByDescending(static find => find.Difficulty).Take(45).ToArray()) // more at once would only meet the budget of shares
        {
            _held.Remove(find);
            if (world.Jobs.TryGet(find.Job, out PoolJob? job))
            {
                _line.Send($"{{\"id\":4,\"method\":\"mining.submit\",\"params\":[\"{_user}\",\"{find.Job:x8}\",\"0000000000000001\",\"{job.Recipe.Time:x8}\",\"{find.Nonce:x8}\"]}}");
            }
        }
        _held.RemoveAll(find => !world.Jobs.TryGet(find.Job, out _));
    }

    private void Read()
    {
        foreach (string line in _line.Read())
        {
            JsonElement message = JsonDocument.Parse(line).RootElement;
            string method = message.TryGetProperty("method", out JsonElement name) ? name.GetString()! : "";
            if (method == "mining.set_difficulty")
            {
                _difficulty = message.GetProperty("params")[0].GetDouble();
            }
            else if (method == "mining.notify")
            {
                uint job = uint.Parse(message.GetProperty("params")[0].GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                _told[job] = _difficulty;
                _jobs.Remove(job);
                _jobs.Add(job);
            }
            else if (method == "" && message.GetProperty("result") is { ValueKind: JsonValueKind.Array } result && result.GetArrayLength() == 3)
            {
                _session = result[0][0][1].GetString()!;
                _extranonce = uint.Parse(result[1].GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            }
        }
    }

    private static Hash256 HashOf(double difficulty)
    {
        byte[] bytes = new byte[32];
        Target.FromDifficulty(difficulty, Target.BitcoinOne).Value.CopyTo(bytes);
        return new Hash256(bytes);
    }

    private int Poisson(double mean)
    {
        double limit = Math.Exp(-Math.Min(mean, 600)), product = 1;
        int count = -1;
        do
        {
            product *= Random.NextDouble();
            count++;
        }
        while (product > limit);
        return count;
    }

    private sealed record Find(uint Job, uint Extranonce, uint Nonce, double Difficulty);
}
