using System.Globalization;
using System.Text;
using Otedama.Core;

namespace Otedama;

/// <summary>What it does with its time.</summary>
internal sealed partial class SimMiner
{
    private static readonly string[] s_garbage =
        ["{\"id\":null,\"method\":\"mining.submit\",\"params\":[]}",
            "{\"id\":null,\"method\":\"mining.unknown\",\"params\":[1]}", "[1,2]"];

    /// <summary>Finds it may send once more, or that others see.</summary>
    private const int NewestKept = 20;

    private readonly Queue<SimFind> _newest = new();
    private double _hashesLeft;

    /// <summary>One of the newest finds; null before the first.</summary>
    public SimFind? AnyFind(SeededRandom random) => _newest.Count == 0 ? null
        : _newest.ElementAt(random.Below(_newest.Count));

    private void Turn()
    {
        _world.Schedule.After(s_turn, _life, Turn);
        if (!IsConnected || IsResting || _work.Count == 0)
        {
            return;
        }
        _hashesLeft += _habit.HashesPerSecond * s_turn.TotalSeconds * 2 * _random.Fraction();
        SimWork work = _work[^1];
        int count = (int)_hashesLeft;
        _hashesLeft -= count;
        Hashes[work.Difficulty] = Hashes.GetValueOrDefault(work.Difficulty) + count;
        for (int i = 0; i < count; i++)
        {
            Hash256 hash = work.Next();
            if (work.Target.IsMetBy(hash) || work.Network.IsMetBy(hash))
            {
                Submit(Found(work, hash));
            }
        }
        if (!IsHonest && _random.Chance(_habit.Cheats * s_turn.TotalSeconds))
        {
            Cheat(work);
        }
        if (_habit.Wishes && _random.Chance(0.01))
        {
            double wish = work.Difficulty * Math.Pow(2, _random.Between(-3, 3));
            Ask("mining.suggest_difficulty", wish.ToString("R", CultureInfo.InvariantCulture), null);
        }
    }

    private SimFind Found(SimWork work, Hash256 hash) => Found(work, hash, work.Extranonce2, work.Nonce);

    private SimFind Found(SimWork work, Hash256 hash, string extranonce2, uint nonce)
    {
        if (!Finds.TryGetValue(hash, out SimFind? find))
        {
            find = new SimFind { User = User, Told = work, Extranonce2 = extranonce2, Nonce = nonce, Hash = hash };
            Finds.Add(hash, find);
            _world.OnFound(find);
            _newest.Enqueue(find);
            if (_newest.Count > NewestKept)
            {
                _newest.Dequeue();
            }
        }
        return find;
    }

    private void Submit(SimFind find)
    {
        find.Sent++;
        Ask(
            "mining.submit",
            string.Create(
                CultureInfo.InvariantCulture,
                $"\"{User}\",\"{find.Told.JobId}\",\"{find.Extranonce2}\",\"{find.Told.Time}\",\"{find.Nonce:x8}\""),
            find);
    }

    /// <summary>
    /// The same share twice, one of an earlier job or connection, a hash that misses its target, somebody else's, or no
    /// Stratum at all. What the pool makes of another's words is another hash, and a good one now and then.
    /// </summary>
    private void Cheat(SimWork work)
    {
        switch (_random.Below(6))
        {
            case 0 or 1 when _newest.Count > 0:
                Claim(_newest.ElementAt(_random.Below(_newest.Count)));
                break;
            case 2:
                SimWork old = _work[_random.Below(_work.Count)];
                Submit(Found(old, old.Next()));
                break;
            case 3 when _world.OthersFind(this, _random) is { } stolen:
                Claim(stolen);
                break;
            case 4:
                _wire?.Send(Encoding.ASCII.GetBytes(s_garbage[_random.Below(s_garbage.Length)] + "\n"));
                break;
            default:
                Submit(Found(work, work.Next()));
                break;
        }
    }

    /// <summary>As a share of its own, at what it was told for the job last, if it was.</summary>
    private void Claim(SimFind find)
    {
        SimWork work = _told.GetValueOrDefault(find.Told.JobId) ?? find.Told;
        Submit(Found(work, work.HashOf(_extranonce1, find.Extranonce2, find.Nonce), find.Extranonce2, find.Nonce));
    }
}
