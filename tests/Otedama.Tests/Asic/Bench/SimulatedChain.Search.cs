using System.Buffers.Binary;
using System.Numerics;
using Otedama.Asic;
using Otedama.Core;

namespace Otedama.Tests.Asic;

/// <summary>
/// What the chain finds: known answers at once; then, relaxed, at the times at which a chain of that speed would find something,
/// with nonces that are really searched for (but with fewer zero bits); or an honest search for 32 at the speed of this machine.
/// Chip by chip its part of the nonces, all cores, the versions a core after the other, as the chips do.
/// </summary>
internal sealed partial class SimulatedChain
{
    private const byte FirstCounter = 0x88, LastCounter = 0x8c;

    private readonly Random _finder;
    private SimulatedJob? _job;
    private long _jobAt, _searchedAt, _countedAt, _nextFind = long.MaxValue;
    private double _counted;      // hashes of one chip
    private double _owed;         // hashes of the honest search
    private int _turn;            // whose turn it is in the honest search
    private byte[]? _stuck;

    /// <summary>
    /// 8 to 31: that many zero bits are enough, and the ticket says how often something is found but not how many bits more it has:
    /// some hundred hashes find something. 32 = as silicon.
    /// </summary>
    public int RelaxedZeroBits { get; init; } = 32;

    /// <summary>Hashes a second (of the given time) an honest search does at most; 0 = none. The chain's own speed bounds it, too.</summary>
    public double HashesPerSecondMax { get; init; }

    public long Found { get; private set; }

    /// <summary>Hashes it really did.</summary>
    public long HashesDone { get; private set; }

    private int ZeroBits => Math.Min(32, RelaxedZeroBits);

    /// <summary>Hashes a second of one chip.</summary>
    private double ChipHashrate => _chips[0].IsHalted ? 0 : _chips[0].Megahertz * 1e6 * _family.SmallCores;

    private int TicketBits => Faults.NonceStorm ? 0 : _chips[0].TicketBits;

    private void Accept(SimulatedJob job)
    {
        Jobs++;
        _job = job;
        _jobAt = _time.GetTimestamp();
        foreach (SimulatedChip chip in _chips)
        {
            chip.Swept = 0;
        }
        Reschedule();
        if (job.Midstates > 0)
        {
            for (int i = 0; i < job.Midstates; i++)
            {
                foreach (byte[] nonce in Answers.ForMidstate(job.State(i), job.Tail))
                {
                    Report(job, OwnerOf(nonce), BinaryPrimitives.ReadUInt32BigEndian(nonce), 0, i, isKnown: true);
                }
            }
            return;
        }
        foreach ((uint version, byte[] nonce) in Answers.ForHeader(job.Fixed))
        {
            uint rolled = version & (_chips[0].Mask << 13);
            if ((job.Version | rolled) == version)
            {
                Report(job, OwnerOf(nonce), BinaryPrimitives.ReadUInt32BigEndian(nonce), rolled, 0, isKnown: true);
            }
        }
    }

    /// <summary>The chip in whose part of the nonces it lies; the first where none is.</summary>
    private SimulatedChip OwnerOf(byte[] nonce)
    {
        int part = _bare is not null ? nonce[0] : (nonce[0] & 1) << 7 | nonce[1] >> 1;
        int index = nonce.Length == 4 ? part / (256 / _chips.Length) : 0;
        return _chips[Math.Min(index, _chips.Length - 1)];
    }

    /// <summary>Events since the last call.</summary>
    private void Advance()
    {
        long now = _time.GetTimestamp();
        if (!IsAlive)
        {
            (_nextFind, _searchedAt) = (long.MaxValue, now);
            _output.Clear();
            return;
        }
        if (_job is null || (ZeroBits == 32 && HashesPerSecondMax <= 0))
        {
            _searchedAt = now;
            return;
        }
        if (ZeroBits < 32)
        {
            while (_nextFind <= now)
            {
                long at = _nextFind;
                _nextFind = at + NextGap();
                FindRelaxed(_chips[_finder.Next(_chips.Length)]);
            }
            return;
        }
        double seconds = _time.GetElapsedTime(_searchedAt, now).TotalSeconds;
        _searchedAt = now;
        _owed += Math.Min(ChipHashrate * _chips.Length, HashesPerSecondMax) * seconds;
        for (; _owed >= 1; _owed--)
        {
            SimulatedChip chip = _chips[_turn++ % _chips.Length];
            TryNext(_job, chip, chip.Swept++, ZeroBits + TicketBits);
        }
    }

    private void Reschedule()
    {
        _nextFind = ZeroBits < 32 && _job is not null && ChipHashrate > 0 ? _time.GetTimestamp() + NextGap() : long.MaxValue;
    }

    private long NextGap()
    {
        double rate = ChipHashrate * _chips.Length / Math.Pow(2, 32 + TicketBits);
        double seconds = rate <= 0 ? 1e6 : -Math.Log(1 - _finder.NextDouble()) / rate;
        return (long)(Math.Min(seconds, 1e6) * _time.TimestampFrequency) + 1;
    }

    private void FindRelaxed(SimulatedChip chip)
    {
        if (Faults.FindsNothing || Faults.Dead.Contains(chip.Index) || chip.Index >= (Faults.CutAt ?? int.MaxValue)
            || (Faults.Weak.TryGetValue(chip.Index, out double part) && _finder.NextDouble() >= part))
        {
            return;
        }
        // When a job's versions are through, the chip begins again and finds the same again.
        double epoch = Math.Max(1, Math.Pow(2, BitOperations.PopCount(chip.Mask)) / _family.SmallPerCore) * chip[0x10] / 25e6;
        if (_family.HasHashCount && chip.Swept > 0 && _time.GetElapsedTime(_jobAt).TotalSeconds > epoch)
        {
            chip.Swept = 0;
            _jobAt = _time.GetTimestamp();
        }
        long limit = 40L << ZeroBits;
        for (long i = 0; i < limit; i++)
        {
            if (TryNext(_job!, chip, chip.Swept++, ZeroBits))
            {
                return;
            }
        }
    }

    /// <summary>The bits of its nonces that are its own: the address, but on BM1372/73, whose addresses lie close, its part of the chain.</summary>
    private uint PartOf(SimulatedChip chip) => _family.AddressStep is null ? chip.Address : (uint)(chip.Index * (256 / _chips.Length));

    /// <summary>The hash at one place of a chip's sweep; reported when it has the zero bits.</summary>
    private bool TryNext(SimulatedJob job, SimulatedChip chip, uint place, int needed)
    {
        uint wide = job.Midstates > 0 ? (uint)job.Midstates : (uint)_family.SmallPerCore;
        uint small = place % wide;
        uint cores = (uint)Math.Min(_family.Cores, 128);
        uint core = place / wide % cores;
        uint counter = place / wide / cores;
        uint own = ((uint)_family.ChipCounted << 17) | 0x1ffff; // what of a nonce is counted through, beside the core
        uint nonce = _bare is not null ? (PartOf(chip) << 24) + (core << 17) + (counter & 0x1ffff)
            : (core << 25) | (chip[0x0c] >> 31 != 0
            ? (((chip[0x0c] & 0xffff) + (counter >> 9)) & 0xffff) << 9 | (counter & 0x1ff)
            : (PartOf(chip) & ~(uint)_family.ChipCounted) << 17 | (counter & own));
        uint version = job.Midstates > 0 ? 0 : Deposit(((counter / (own + 1)) * wide) + small, chip.Mask) << 13;
        int midstate = job.Midstates > 0 ? (int)small : 0;
        HashesDone++;
        if (ZerosOf(job.Hash(nonce, version, midstate)) < needed)
        {
            return false;
        }
        Report(job, chip, nonce, version, midstate, isKnown: false);
        return true;
    }

    private void Report(SimulatedJob job, SimulatedChip chip, uint nonce, uint version, int midstate, bool isKnown)
    {
        int core = (int)(nonce >> 25);
        int zeros = ZerosOf(job.Hash(nonce, version, midstate));
        int beyond = zeros - 32 - TicketBits;
        if ((isKnown && zeros < ZeroBits + (ZeroBits == 32 ? TicketBits : 0)) || chip.IsHalted || !chip.Reports(core))
        {
            return;
        }
        Found++;
        uint small = _family.IdForm switch
        {
            ChipIdForm.JobAndEight => version >> 13 & 7,
            ChipIdForm.JobAndSixteen => version >> 13 & 15,
            _ => (uint)midstate,
        };
        int id = Faults.WrongJobId ? (job.Id + _family.JobStep * 3) % 128 : job.Id;
        byte jobByte = (byte)((_family.IdForm == ChipIdForm.JobAndSixteen ? id << 1 : id) | (int)small);
        byte[] body = new byte[chip.IsLong ? 8 : 6];
        BinaryPrimitives.WriteUInt32BigEndian(body, Faults.WrongNonce ? (uint)_noise.NextInt64(1L << 32) : nonce);
        (body[4], body[5]) = (_family.TakesMidstates ? (byte)0 : (byte)Math.Clamp(2 * beyond, 0, 255), jobByte);
        if (chip.IsLong)
        {
            BinaryPrimitives.WriteUInt16BigEndian(body.AsSpan(6), (ushort)(version >> 13));
        }
        _stuck ??= body;
        Send(Faults.StuckNonce ? _stuck : body, 4);
    }

    /// <summary>Hashes of one chip since reset or since the counter was written, in units of 2^32: of one of its four domains, or of all.</summary>
    private uint Counter(SimulatedChip chip, byte register)
    {
        Count();
        double counted = _counted - chip.CountsFrom[register - FirstCounter];
        return (uint)(counted / (register == LastCounter ? 1 : LastCounter - FirstCounter) / 4294967296.0);
    }

    private void Count()
    {
        double seconds = _time.GetElapsedTime(_countedAt).TotalSeconds;
        _countedAt = _time.GetTimestamp();
        _counted += Faults.StillCounters ? 0 : ChipHashrate * seconds;
    }

    private static uint Deposit(uint packed, uint mask)
    {
        uint result = 0;
        for (int bit = 0; bit < 16; bit++)
        {
            if ((mask >> bit & 1) != 0)
            {
                result |= (packed & 1) << bit;
                packed >>= 1;
            }
        }
        return result;
    }

    private static int ZerosOf(Hash256 hash)
    {
        byte[] bytes = hash.ToArray();
        int at = 31;
        while (at > 0 && bytes[at] == 0)
        {
            at--;
        }
        return (8 * (31 - at)) + BitOperations.LeadingZeroCount((uint)bytes[at]) - 24;
    }
}
