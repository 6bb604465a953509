using System.Text.Json;

namespace Otedama.Asic;

/// <summary>STATUS of a reply.</summary>
/// <param name="Letter">W, I, S, E or F; '?' when it has none.</param>
public sealed record CgminerStatus(char Letter, int? Code, string? Message, string? Description, DateTimeOffset? When)
{
    /// <summary>Not a word of failure.</summary>
    public bool IsGood => Letter is 'S' or 'I' or 'W';

    public override string ToString() =>
        $"{Letter} {Code?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "without code"}: {Message}";

    public static CgminerStatus? Of(JsonElement? reply)
    {
        if (reply is not { ValueKind: JsonValueKind.Object } root)
        {
            return null;
        }
        // Whatsminer and some others give the members of STATUS at the top.
        JsonElement status = reply.First("STATUS", "Status", "status") ?? root;
        string? letter = status.Text("STATUS", "Status", "status");
        if (letter is not { Length: 1 } && status.Member("Code", "code") is null)
        {
            return null;
        }
        return new CgminerStatus(
            letter is { Length: 1 } ? char.ToUpperInvariant(letter[0]) : '?',
            status.Integer("Code", "code"),
            status.Text("Msg", "msg"),
            status.Text("Description"),
            status.Number("When", "when") is double when && when is > 0 and < 4e9
                ? DateTimeOffset.FromUnixTimeSeconds((long)when) : null);
    }
}

/// <summary>What one command of the cgminer API gave.</summary>
/// <param name="Command">Without its parameter.</param>
/// <param name="Text">As it came, secrets taken out.</param>
public sealed record CgminerReply(string Command, TolerantReply Body, string Text)
{
    public JsonElement? Root => Body.Root;

    public CgminerStatus? Status { get; } = CgminerStatus.Of(Body.Root);

    /// <summary>The one object of SUMMARY and the like.</summary>
    public JsonElement? First(params ReadOnlySpan<string> section) => Root.First(section);

    /// <summary>The objects of POOLS and the like.</summary>
    public IEnumerable<JsonElement> All(int most, params ReadOnlySpan<string> section) =>
        Root is { } root ? root.Member(section).Objects(most) : [];
}
