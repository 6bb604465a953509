using System.Text.Json;

namespace Otedama.Asic;

/// <summary>A roll-out as it was shown: its devices in their waves, each with its plan. Its id is the hash of its
/// text.</summary>
public sealed record RolloutFile
{
    public const int SchemaNow = 1;

    /// <summary>Devices of one roll-out that this program carries out: a plan of each is kept in its file.</summary>
    public const int DevicesMax = 2_000;

    /// <summary>Bytes: a plan has some ten thousand.</summary>
    public const int FileMax = 64 << 20;

    public required int Schema { get; init; }

    public required DateTimeOffset MadeAt { get; init; }

    public required IReadOnlyList<RolloutMember> Members { get; init; }

    /// <summary>Throws FlashException as RolloutPlan.Of does.</summary>
    public RolloutPlan Waves() => RolloutPlan.Of([.. Members.Select(static one => one.Device)]);

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, FlashJson.Default.RolloutFile);

    /// <summary>Throws FlashException with what is wrong with the text.</summary>
    public static RolloutFile Parse(ReadOnlySpan<byte> json, string name)
    {
        try
        {
            return JsonSerializer.Deserialize(json, FlashJson.Default.RolloutFile) is
            { Schema: SchemaNow, Members.Count: > 0 and <= DevicesMax } file ? file
                : throw new FlashException(
                $"{name} is no roll-out of this version (schema {SchemaNow}, 1 to {DevicesMax} devices). Make a "
                + "new one.");
        }
        catch (JsonException e)
        {
            throw new FlashException($"{name} is no roll-out: {e.Message.TrimEnd('.')}. Make a new one.", e);
        }
    }
}

/// <param name="Works">As it was seen when the roll-out was made: what is down does not count as working.</param>
public sealed record RolloutMember(RolloutDevice Device, bool Works, FlashPlan Plan);
