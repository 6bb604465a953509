using System.Numerics;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// Which header version bits one miner rolls: what it asked for, what the pool allows, what the job leaves (BIP 320).
/// </summary>
internal sealed class VersionRolling(uint poolMask)
{
    private uint _clientMask;
    private uint _jobMask = uint.MaxValue;
    private bool _hasRolled;

    public bool IsNegotiated => _clientMask != 0;

    /// <summary>Bits that may roll in a job that does not take any away.</summary>
    public uint Mask => _clientMask & poolMask;

    /// <summary>The mask the miner was told last.</summary>
    public uint Told { get; private set; }

    /// <summary>The miner asks for these bits and has no use for fewer than bitsMin.</summary>
    public void Negotiate(uint wanted, int bitsMin)
    {
        _clientMask = BitOperations.PopCount(wanted & poolMask) >= Math.Max(1, bitsMin) ? wanted : 0;
        Told = Mask & _jobMask;
    }

    /// <summary>A job with this mask is sent. True: the miner has to be told <see cref="Told"/>.</summary>
    public bool Follow(uint jobMask)
    {
        _jobMask = jobMask;
        uint before = Told;
        Told = Mask & jobMask;
        return Told != before;
    }

    /// <summary>
    /// Final header version, by the mask of the job that was mined and not of the newest one. Bits of a miner that
    /// did not negotiate are ignored; missing bits of one that did mean the job's own version, but only as long as it
    /// never rolled. A negotiated bit that this job cannot roll may be reported as the job has it.
    /// </summary>
    public bool TryVersion(BitcoinRecipe recipe, uint? bits, out uint version)
    {
        version = recipe.Version;
        uint mask = Mask & recipe.VersionMask;
        if (mask == 0)
        {
            return true;
        }
        if (bits is not uint rolled)
        {
            return !_hasRolled;
        }
        if ((rolled & ~mask & ~(Mask & recipe.Version)) != 0)
        {
            return false;
        }
        _hasRolled = true;
        version = (recipe.Version & ~mask) | (rolled & mask);
        return true;
    }
}
