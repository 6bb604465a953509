namespace Otedama.Asic;

/// <summary>What devices say, made fit for a sentence.</summary>
public static class ReplyWords
{
    /// <summary>One line of at most 160 characters.</summary>
    public static string Short(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return "(nothing)";
        }
        string line = new([.. text.Trim().Select(static c => char.IsControl(c) ? ' ' : c)]);
        return line.Length > 160 ? line[..160] + "..." : line;
    }
}
