namespace Otedama.Asic;

/// <summary>What came and went since the look before.</summary>
public sealed record PortChanges(IReadOnlyList<FoundPort> Added, IReadOnlyList<FoundPort> Removed);

/// <summary>
/// Notices what is plugged in and out, by comparing what there is now with what there was. Stepped, about once a
/// second; one thread.
/// </summary>
public sealed class PortWatch(PortFinder finder)
{
    private IReadOnlyList<FoundPort> _before = [];

    /// <summary>As of the newest look.</summary>
    public IReadOnlyList<FoundPort> Ports => _before;

    /// <summary>Looks. At the first time everything is new.</summary>
    public PortChanges Step()
    {
        IReadOnlyList<FoundPort> now = finder.List();
        HashSet<FoundPort> old = [.. _before];
        HashSet<FoundPort> current = [.. now];
        PortChanges changes =
            new([.. now.Where(port => !old.Contains(port))], [.. _before.Where(port => !current.Contains(port))]);
        _before = now;
        return changes;
    }

    /// <summary>
    /// Where the device of an earlier look is now, by serial number, or by its place when it has none; null while it is
    /// away. Two of one serial number cannot be told apart but by their places.
    /// </summary>
    public FoundPort? Again(FoundPort earlier)
    {
        FoundPort[] same = [.. _before.Where(earlier.IsSameDevice)];
        return same.Length <= 1 ? same.FirstOrDefault()
            : same.FirstOrDefault(port => port.PortPath == earlier.PortPath);
    }

    /// <summary>
    /// What is plugged in where that one was, whatever it calls itself now: a controller that was sent into its loader
    /// comes back as another device.
    /// </summary>
    public FoundPort? AtPlaceOf(FoundPort earlier, LinkKind kind) =>
        earlier.PortPath is null ? null
            : _before.FirstOrDefault(port => port.Kind == kind && port.PortPath == earlier.PortPath);
}
