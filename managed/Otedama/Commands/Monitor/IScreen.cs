namespace Otedama;

/// <summary>The terminal under the live view: its size, which may change at any time, and its keys.</summary>
internal interface IScreen
{
    /// <summary>Columns and rows.</summary>
    (int Width, int Height) Size { get; }

    /// <summary>The next key that was pressed; null when none waits. Never blocks.</summary>
    char? TryReadKey();
}

/// <summary>The terminal of this process.</summary>
internal sealed class ConsoleScreen : IScreen
{
    private static readonly (int Width, int Height) s_usual = (80, 24);

    public (int Width, int Height) Size
    {
        get
        {
            try
            {
                (int width, int height) = (Console.WindowWidth, Console.WindowHeight);
                return width > 0 && height > 0 ? (width, height) : s_usual;
            }
            catch (IOException)
            {
                return s_usual; // no terminal any more; the next write ends the view
            }
        }
    }

    public char? TryReadKey()
    {
        try
        {
            return !Console.IsInputRedirected && Console.KeyAvailable ? Console.ReadKey(intercept: true).KeyChar : null;
        }
        catch (InvalidOperationException)
        {
            return null; // standard input was closed meanwhile
        }
    }
}
