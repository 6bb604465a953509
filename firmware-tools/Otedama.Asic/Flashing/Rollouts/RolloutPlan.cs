namespace Otedama.Asic;

/// <summary>Which devices come when (rule 12): one of each model, board and firmware, then up to 5 %, 25 % and all.
/// Pure; the same devices in the same order make the same plan.</summary>
public sealed record RolloutPlan(IReadOnlyList<RolloutWave> Waves)
{
    /// <summary>Devices of one roll-out; a site has some thousands.</summary>
    public const int DevicesMax = 100_000;

    private static readonly (string Name, double Share)[] s_shares = [("5 %", 0.05), ("25 %", 0.25), ("100 %", 1)];

    /// <summary>Throws FlashException when a device is named twice or there are none or too many.</summary>
    public static RolloutPlan Of(IReadOnlyList<RolloutDevice> devices)
    {
        if (devices.Count is 0 or > DevicesMax)
        {
            throw new FlashException($"A roll-out has {devices.Count} devices; allowed are 1 to {DevicesMax}.");
        }
        HashSet<string> ids = [];
        if (devices.FirstOrDefault(device => !ids.Add(device.Id)) is { } twice)
        {
            throw new FlashException($"The device {twice.Id} is named twice in the roll-out. Name each once.");
        }
        HashSet<(string?, string?, string?)> kinds = [];
        RolloutDevice[] canaries =
            [.. devices.Where(device => kinds.Add((device.Model, device.Board, device.Firmware)))];
        HashSet<string> taken = [.. canaries.Select(static device => device.Id)];
        List<RolloutWave> waves = [new("canary", canaries)];
        RolloutDevice[] rest = [.. devices.Where(device => !taken.Contains(device.Id))];
        int given = canaries.Length, at = 0;
        foreach ((string name, double share) in s_shares)
        {
            int upTo = (int)Math.Ceiling(devices.Count * share);
            int count = Math.Clamp(upTo - given, 0, rest.Length - at);
            if (count > 0)
            {
                waves.Add(new(name, rest[at..(at + count)]));
                at += count;
                given += count;
            }
        }
        return new(waves);
    }
}
