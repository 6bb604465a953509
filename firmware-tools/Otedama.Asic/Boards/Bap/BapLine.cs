using System.Text;

namespace Otedama.Asic;

/// <summary>
/// Lines of the Bitaxe accessory port (115,200 baud): $BAP,COMMAND,PARAMETER[,VALUE]*XX and CR LF, XX the XOR of what
/// stands between $ and * in upper-case hexadecimal. Source: specification section 10.4.
/// </summary>
/// <param name="Command">REQ, RES, SUB, UNSUB, SET, ACK, ERR, CMD, STA or LOG.</param>
/// <param name="Parameter">What it is about, such as hashrate; may be empty.</param>
/// <param name="Values">What follows.</param>
public sealed record BapLine(string Command, string Parameter, IReadOnlyList<string> Values)
{
    /// <summary>Longest line that is read, its CR LF included; the firmware's buffer is smaller.</summary>
    public const int SizeMax = 512;

    public static readonly string[] Commands = ["REQ", "RES", "SUB", "UNSUB", "SET", "ACK", "ERR", "CMD", "STA", "LOG"];

    /// <summary>Throws ArgumentException for a field that would break the line.</summary>
    public byte[] Encode()
    {
        string body = string.Join(',', (string[])["BAP", Command, Parameter, .. Values]);
        if (body.AsSpan().IndexOfAnyExceptInRange(' ', '~') >= 0 || body.AsSpan().IndexOfAny('$', '*') >= 0
            || ((string[])[Command, Parameter, .. Values])
            .Any(static field => field.Contains(',', StringComparison.Ordinal)))
        {
            throw new ArgumentException(
                $"BAP: a field of \"{body}\" holds a comma, $, * or a character that is not ASCII");
        }
        return Encoding.ASCII.GetBytes($"${body}*{Checksum(Encoding.ASCII.GetBytes(body)):X2}\r\n");
    }

    /// <summary>One line with or without its CR LF. False with what is wrong about it in problem.</summary>
    public static bool TryParse(ReadOnlySpan<byte> line, out BapLine? parsed, out string problem)
    {
        parsed = null;
        line = line.TrimEnd("\r\n"u8);
        int star = line.LastIndexOf((byte)'*');
        problem = line.Length > SizeMax ? $"longer than {SizeMax} bytes"
            : line.Length == 0 || line[0] != '$' ? "does not begin with $"
            : star < 0 || star != line.Length - 3 ? "does not end with * and two digits"
            : !line[1..star].StartsWith("BAP,"u8) ? "is not a BAP sentence"
            : line[1..star].IndexOfAnyExceptInRange((byte)' ', (byte)'~') >= 0
                ? "holds control characters or bytes that are not ASCII"
            : "";
        if (problem.Length > 0)
        {
            return false;
        }
        byte expected = Checksum(line[1..star]);
        string given = Encoding.ASCII.GetString(line[(star + 1)..]);
        if (given != $"{expected:X2}")
        {
            problem = $"checksum {given} where {expected:X2} is right";
            return false;
        }
        string[] fields = Encoding.ASCII.GetString(line[1..star]).Split(',');
        if (!Commands.Contains(fields[1]))
        {
            problem = $"unknown command word \"{fields[1]}\"; known are {string.Join(", ", Commands)}";
            return false;
        }
        if (fields.Length < 3)
        {
            problem = $"{fields[1]} without a parameter; a line is $BAP,COMMAND,PARAMETER[,VALUE]*XX";
            return false;
        }
        parsed = new BapLine(fields[1], fields[2], fields.Length > 3 ? fields[3..] : []);
        return true;
    }

    private static byte Checksum(ReadOnlySpan<byte> body)
    {
        byte sum = 0;
        foreach (byte letter in body)
        {
            sum ^= letter;
        }
        return sum;
    }
}
