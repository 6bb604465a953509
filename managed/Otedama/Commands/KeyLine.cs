using System.Text;

namespace Otedama;

/// <summary>A line made of single keys, none of which is shown.</summary>
internal static class KeyLine
{
    private const int CharactersMax = 4_096;

    /// <summary>
    /// The line up to Enter; null at Ctrl-D on an empty one. Further characters of a line that is too long are not
    /// taken.
    /// </summary>
    public static string? Read(Func<ConsoleKeyInfo> next)
    {
        StringBuilder line = new();
        while (true)
        {
            ConsoleKeyInfo key = next();
            if (key.Key == ConsoleKey.Enter || key.KeyChar is '\r' or '\n')
            {
                return line.ToString();
            }
            if (key.Key == ConsoleKey.D && key.Modifiers == ConsoleModifiers.Control && line.Length == 0)
            {
                return null;
            }
            if (key.Key == ConsoleKey.Backspace || key.KeyChar is '\b' or '\x7f')
            {
                line.Length = Math.Max(0, line.Length - 1);
            }
            else if (key.Key == ConsoleKey.U && key.Modifiers == ConsoleModifiers.Control)
            {
                line.Clear();
            }
            else if (!char.IsControl(key.KeyChar) && line.Length < CharactersMax)
            {
                line.Append(key.KeyChar);
            }
        }
    }
}
