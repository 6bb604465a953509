using System.Text;
using Otedama.Interop;

namespace Otedama;

/// <summary>
/// Standard output. A disk that is full is a sentence and exit code 1; a reader that has what it wanted, as head has, ends the
/// verb without a word.
/// </summary>
internal sealed class AnswerWriter(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Try(() => inner.Write(value));

    public override void Write(string? value) => Try(() => inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Try(() => inner.Write(buffer, index, count));

    public override void WriteLine(string? value) => Try(() => inner.WriteLine(value));

    public override void Flush() => Try(inner.Flush);

    private static void Try(Action write)
    {
        try
        {
            write();
        }
        catch (IOException e) when (e.HResult == StandardOutput.ReaderGone)
        {
            throw new CommandException(ExitCode.Done, "");
        }
        catch (IOException e)
        {
            throw new CommandException(ExitCode.BadAnswer, $"The answer cannot be written to standard output: {e.Message.TrimEnd('.')}. Free some space, or send it elsewhere.");
        }
    }
}
