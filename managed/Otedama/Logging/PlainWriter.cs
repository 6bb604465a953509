using System.Text;
using Otedama.Core;

namespace Otedama;

/// <summary>
/// Standard error for sentences: text of strangers in them cannot steer the terminal, and a closed or full output loses the
/// sentence and nothing more.
/// </summary>
internal sealed class PlainWriter(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Write(value.ToString());

    public override void Write(string? value) => Send(PlainText.Lines(value ?? ""));

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void WriteLine(string? value) => Send(PlainText.Lines(value ?? "") + inner.NewLine);

    public override void Flush() => Send("");

    private void Send(string text)
    {
        try
        {
            inner.Write(text);
            inner.Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            LogDrops.Add();
        }
    }
}
