namespace Otedama.Mining;

/// <summary>
/// A thread for one step that waits for an end nobody promises, such as that of an engine on a card that hangs. It ends with
/// the process at the latest.
/// </summary>
internal static class LateEnd
{
    /// <summary>Returns at once.</summary>
    public static void Run(string name, Action step) =>
        new Thread(() => step()) { IsBackground = true, Name = name }.Start();
}
