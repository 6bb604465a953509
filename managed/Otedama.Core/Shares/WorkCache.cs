namespace Otedama.Core;

/// <summary>
/// Target -> work without the big division: sessions use few distinct targets. Direct mapped; a collision only costs
/// the division again.
/// </summary>
internal sealed class WorkCache
{
    private const int Slots = 2_048;

    private readonly Target[] _targets = new Target[Slots];
    private readonly UInt128[] _works = new UInt128[Slots];

    public UInt128 WorkOf(Target target)
    {
        int slot = target.GetHashCode() & (Slots - 1);
        if (_works[slot] == UInt128.Zero || _targets[slot] != target)
        {
            _targets[slot] = target;
            _works[slot] = target.ToWork();
        }
        return _works[slot];
    }
}
