using Otedama.Core;

namespace Otedama.Asic;

/// <summary>Jobs out, nonces in.</summary>
public sealed partial class ChipChain
{
    /// <summary>While there is no work: asked again after this.</summary>
    private static readonly TimeSpan s_askAgain = TimeSpan.FromMilliseconds(50);

    /// <summary>Without work for this long, and the chips are halted.</summary>
    private static readonly TimeSpan s_haltAfter = TimeSpan.FromSeconds(5);

    /// <summary>No job is replaced sooner, however fast the chips: the link carries more than jobs.</summary>
    private static readonly TimeSpan s_jobLifeMin = TimeSpan.FromMilliseconds(10);

    /// <summary>Part of what a job offers after which the next is sent.</summary>
    private const double JobPart = 0.8;

    private readonly JobSlots _slots;
    private readonly NonceMeter _meter;
    private readonly byte[] _frame = new byte[JobFrame.LengthMax];
    private ChipTally[] _tallies = [];
    private ChainCounts _counts;
    private long _good;
    private long _generation;
    private long _jobDue;
    private long? _idleSince;
    private bool _isFeeding, _isHalted;
    private uint _mask = ChipFamily.VersionReach;
    private int _ticket;
    private double _shareDifficulty = double.PositiveInfinity;

    private double ExpectedHashrate => _megahertz is double megahertz && _isFeeding && !_isHalted
        ? _family.Hashrate(megahertz, _chips) : 0;

    /// <summary>Good nonces of each core of a chip since it was brought up; empty for a chip that is not there. The
    /// stepping thread.</summary>
    public IReadOnlyList<long> CoreNonces(int chip) => chip >= 0 && chip < _tallies.Length ? _tallies[chip].CoreNonces()
        : [];

    /// <summary>Sends a job where one is due.</summary>
    private void Feed()
    {
        long generation = _work.Generation;
        if (generation == _generation && Now < _jobDue)
        {
            return;
        }
        _generation = generation;
        if (_work.Next() is { } job)
        {
            Resume();
            Send(job);
            return;
        }
        _jobDue = After(s_askAgain);
        _idleSince ??= Now;
        if (!_isHalted && _family.HasHashCount && _time.GetElapsedTime(_idleSince.Value) > s_haltAfter)
        {
            WriteNow(new RegisterValue(HashCount.Register, 0));
            _isHalted = true;
            _reason = "there is no work: the chips are halted";
            Publish();
        }
    }

    private void Resume()
    {
        if (_idleSince is null)
        {
            return;
        }
        _idleSince = null;
        ExpectFromNow();
        if (_isHalted)
        {
            WriteNow(new RegisterValue(HashCount.Register, _hashCount));
            _isHalted = false;
            _reason = "there is work again";
            Publish();
        }
    }

    private void Send(ChipJob job)
    {
        _shareDifficulty = job.ShareTarget.ToDifficulty(Target.BitcoinOne);
        if (_options.TicketDifficulty is null && _ticket > 1 && _ticket > _shareDifficulty)
        {
            _ticket = WantedTicket();
            WriteNow(new RegisterValue(TicketMask.Register, TicketMask.ForDifficulty(_ticket)));
            ExpectFromNow();
        }
        uint mask = job.VersionMask & ChipFamily.VersionReach;
        if (mask != _mask && !_family.TakesMidstates)
        {
            WriteNow(MaskRegister(mask));
        }
        _mask = mask;
        SendFrame(job, mask);
        _jobDue = After(JobLife());
    }

    private void SendFrame(ChipJob job, uint mask)
    {
        int id = _slots.NextId();
        uint version = job.Version & ~mask;
        uint[] versions = _family.TakesMidstates && System.Numerics.BitOperations.PopCount(mask) >= 2
            ? [version, VersionRoll.Roll(version, mask), VersionRoll.Roll(version, mask, 2),
            VersionRoll.Roll(version, mask, 3)]
            : [version];
        _slots.Put(new JobSlot(id, job, versions, mask));
        int length = _family.TakesMidstates
            ? JobFrame.WriteMidstates(_frame, (byte)id, job, versions)
            : JobFrame.WriteFull(_frame, (byte)id, job, version);
        _link!.Write(_frame.AsSpan(_family.Framing.Unsent..length), s_writeWait);
        _counts = _counts with { Jobs = _counts.Jobs + 1 };
    }

    /// <summary>Some chips want one job before their counters are set; what it is does not matter.</summary>
    private IEnumerable<TimeSpan> SendFirstJob()
    {
        ChipJob job = _work.Next() ?? new ChipJob
        {
            Version = 0x20000000,
            VersionMask = 0,
            PreviousHash = Hash256.Zero,
            MerkleRoot = Hash256.Zero,
            Time = 0,
            Bits = 0,
            ShareTarget = default,
            Generation = -1,
        };
        SendFrame(job, job.VersionMask & ChipFamily.VersionReach);
        yield return s_pace;
    }

    private TimeSpan JobLife()
    {
        double clock = _megahertz ?? TargetMegahertz();
        TimeSpan through = _hashCountWritten
            ? HashCount.Epoch(_family, _hashCount, _mask)
            : TimeSpan.FromSeconds(
            4294967296.0 * (_mask == 0 ? 1 : JobFrame.MidstatesMax) / _family.Hashrate(clock, _chips));
        TimeSpan life = Least(through * JobPart, _family.JobLife ?? TimeSpan.MaxValue);
        // half of the link for jobs
        TimeSpan least = Max(s_jobLifeMin, TimeSpan.FromSeconds(20.0 * JobFrame.LengthMax / _rate));
        return Max(life, least);
    }

    private void OnNonce(in ChipReply reply, long now)
    {
        NonceFields fields = _family.Decode(reply);
        if (_slots.Find(fields.JobId) is not { } slot || fields.Midstate >= slot.Versions.Length)
        {
            _counts = _counts with { UnknownJobs = _counts.UnknownJobs + 1 };
            return;
        }
        if ((fields.VersionBits & ~slot.Mask) != 0)
        {
            _counts = _counts with { OutsideMask = _counts.OutsideMask + 1 };
            return;
        }
        uint version = slot.Versions[fields.Midstate] | fields.VersionBits;
        Hash256 hash = slot.Job.HeaderWith(version, reply.Nonce).FieldsHash;
        int chip = _family.ChipOf(reply.NonceBigEndian, _chips, _offsets);
        if (!IsGood(slot.Job, hash, chip))
        {
            return;
        }
        if (!slot.IsNew(version, reply.Nonce))
        {
            _counts = _counts with { Duplicates = _counts.Duplicates + 1 };
            return;
        }
        (_lastGood, _wrongAtGood) = (now, Wrong(_counts));
        _meter.Add(4294967296.0 * _ticket);
        if (chip >= 0)
        {
            _tallies[chip].OnNonce(fields.Core);
        }
        if (slot.Job.Generation != _work.Generation)
        {
            _counts = _counts with { Stale = _counts.Stale + 1 };
            return;
        }
        _good++;
        double difficulty = new Target(hash.ToNumber()).ToDifficulty(Target.BitcoinOne);
        _work.Found(new ChipNonce(slot.Job, reply.Nonce, version, hash, difficulty, chip, fields.Core, now));
    }

    /// <summary>What the chip was asked for, or a share all the same.</summary>
    private bool IsGood(ChipJob job, Hash256 hash, int chip)
    {
        int zeros = ChipHash.LeadingZeros(hash);
        if (zeros >= ChipFamily.ZeroBits + System.Numerics.BitOperations.Log2((uint)Math.Max(1, _ticket))
            || job.ShareTarget.IsMetBy(hash))
        {
            return true;
        }
        if (zeros >= ChipFamily.ZeroBits)
        {
            _counts = _counts with { BelowTicket = _counts.BelowTicket + 1 };
            return false;
        }
        _counts = _counts with { HashErrors = _counts.HashErrors + 1 };
        if (chip >= 0 && chip < _tallies.Length)
        {
            _tallies[chip].OnError();
        }
        return false;
    }

    private void OnRegister(in ChipReply reply, long now)
    {
        _counts = _counts with { Registers = _counts.Registers + 1 };
        _repliedAt = now;
        switch (reply.Register)
        {
            case 0x00 when _ids.Count < IdsMax:
                _ids.Add(reply.Value);
                break;
            default:
                OnOwn(reply, now);
                break;
        }
    }

    /// <summary>A register of all chips, between jobs: nothing waits for it.</summary>
    private void WriteNow(RegisterValue write) => _link!.Write(CommandTo(null, write), s_writeWait);

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;
}
