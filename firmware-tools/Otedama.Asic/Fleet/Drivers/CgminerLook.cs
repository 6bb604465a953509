namespace Otedama.Asic;

/// <summary>Whether replies of a cgminer API are a look at a device, or only a sign that something answers.</summary>
internal static class CgminerLook
{
    /// <summary>Why they are no look; null = they are one. Without a summary nothing is known.</summary>
    public static (FleetFault Fault, string Sentence)? Problem(IReadOnlyDictionary<string, CgminerReply> replies)
    {
        if (!replies.TryGetValue("summary", out CgminerReply? summary))
        {
            return (FleetFault.Malformed, "its summary cannot be read, though it answers other requests.");
        }
        if (summary.Body.Truncated)
        {
            return (FleetFault.Truncated, $"the reply to summary breaks off at byte {summary.Body.Offset}. Ask again; "
                + "if it stays so, the device or the network between is overloaded.");
        }
        return summary.Status switch
        {
            { Code: 45 } => (FleetFault.Denied, "it does not let this machine read its summary (code 45). Its "
                + "api-allow needs this machine's address."),
            { IsGood: false, Letter: 'E' or 'F' } refused =>
                (FleetFault.Device, $"it refused summary: {ReplyWords.Short(refused.ToString())}"),
            _ => summary.First("SUMMARY") is not null || summary.Status is { IsGood: true } ? null
                : (FleetFault.Malformed, "the reply to summary has no summary in it."),
        };
    }

    /// <summary>Replies that broke off, in words; what was whole in them counts.</summary>
    public static IEnumerable<string> Cut(IReadOnlyDictionary<string, CgminerReply> replies) =>
        replies.Where(static pair => pair.Value.Body.Truncated).Select(static pair =>
            $"the reply to {pair.Key} breaks off at byte {pair.Value.Body.Offset}");
}
