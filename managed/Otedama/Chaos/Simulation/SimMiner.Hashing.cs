using System.Globalization;
using System.Text;
using Otedama.Core;

namespace Otedama;

/// <summary>What it does with its time.</summary>
internal sealed partial class SimMiner
{
    private static readonly string[] s_garbage =
        ["{\"id\":null,\"method\":\"mining.submit\",\"params\":[]}", "{\"id\":null,\"method\":\"mining.unknown\",\"params\":[1]}", "[1,2]"];

    private double _hashesLeft;

    private void Turn()
    {
        _world.Schedule.After(s_turn, _life, Turn);
        if (!IsConnected || _work.Count == 0)
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
        if (_random.Chance(_habit.Cheats * s_turn.TotalSeconds))
        {
            Cheat(work);
        }
        if (_habit.Wishes && _random.Chance(0.01))
        {
            double wish = work.Difficulty * Math.Pow(2, _random.Between(-3, 3));
            Ask("mining.suggest_difficulty", wish.ToString("R", CultureInfo.InvariantCulture), null);
        }
    }

    private SimFind Found(SimWork work, Hash256 hash)
    {
        SimFind find = new() { User = _user, Work = work, Extranonce2 = work.Extranonce2, Nonce = work.Nonce, Hash = hash };
        Finds[hash] = find;
        return find;
    }

    private void Submit(SimFind find)
    {
        find.Sent++;
        Ask(
            "mining.submit",
            string.Create(CultureInfo.InvariantCulture, $"\"{_user}\",\"{find.Work.JobId}\",\"{find.Extranonce2}\",\"{find.Work.Time}\",\"{find.Nonce:x8}\""),
            find);
    }

    /// <summary>
    /// The same share twice, one of long ago, a hash that misses its target, one that only met an easier target from before,
    /// somebody else's, or no Stratum at all.
    /// </summary>
    private void Cheat(SimWork work)
    {
        switch (_random.Below(5))
        {
            case 0 or 1 when Finds.Count > 0:
                SimFind[] recent = [.. Finds.Values.TakeLast(20)];
                Submit(recent[_random.Below(recent.Length)]);
                break;
            case 2:
                SimWork old = _work[_random.Below(_work.Count)];
                Submit(Found(old, old.Next()));
                break;
            case 3 when _world.OthersFind(this, _random) is { } stolen:
                Ask(
                    "mining.submit",
                    string.Create(CultureInfo.InvariantCulture, $"\"{_user}\",\"{stolen.Work.JobId}\",\"{stolen.Extranonce2}\",\"{stolen.Work.Time}\",\"{stolen.Nonce:x8}\""),
                    null);
                break;
            case 4:
                _wire?.Send(Encoding.ASCII.GetBytes(s_garbage[_random.Below(s_garbage.Length)] + "\n"));
                break;
            default:
                Submit(Found(work, work.Next()));
                break;
        }
    }
}
