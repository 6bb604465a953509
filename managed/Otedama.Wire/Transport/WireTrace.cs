using System.Text;
using Microsoft.Extensions.Logging;
using Otedama.Core;

namespace Otedama.Wire;

/// <summary>
/// Every line of a conversation in the log, for those who ask for it; a login's password is left out.
/// </summary>
public static partial class WireTrace
{
    private const int LineCharactersMax = 2_048;

    public static void Received(ILogger logger, long connection, ReadOnlySpan<byte> bytes) => Write(logger, connection, "<", bytes);

    public static void Sent(ILogger logger, long connection, ReadOnlySpan<byte> bytes) => Write(logger, connection, ">", bytes);

    /// <summary>One line as it is shown.</summary>
    public static string Show(string line)
    {
        int authorize = line.Contains("mining.authorize", StringComparison.Ordinal) ? line.IndexOf("\"params\"", StringComparison.Ordinal) : -1;
        int comma = authorize < 0 ? -1 : line.IndexOf(',', authorize);
        string shown = comma < 0 ? line : line[..comma] + ",(not shown)";
        return PlainText.Of(shown.Length <= LineCharactersMax ? shown : shown[..LineCharactersMax] + "...");
    }

    private static void Write(ILogger logger, long connection, string direction, ReadOnlySpan<byte> bytes)
    {
        foreach (string line in Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Line(logger, connection, direction, Show(line));
        }
    }

    [LoggerMessage(Level = LogLevel.Trace, EventName = "wire_line",
        Message = "connection {Connection} {Direction} {Line}")]
    private static partial void Line(ILogger logger, long connection, string direction, string line);
}
