using Otedama.Interop;
using Xunit;

namespace Otedama.Tests.App;

public sealed class AnswerWriterTests
{
    [Fact]
    public void A_reader_that_has_what_it_wanted_ends_the_verb_without_a_word()
    {
        AnswerWriter writer = new(new Failing(new IOException("Broken pipe", StandardOutput.ReaderGone)));
        CommandException end = Assert.Throws<CommandException>(() => writer.WriteLine("one more line"));
        Assert.Equal((ExitCode.Done, ""), (end.Code, end.Message));
    }

    [Fact]
    public void A_full_disk_is_a_sentence()
    {
        AnswerWriter writer = new(new Failing(new IOException("No space left on device", 28)));
        CommandException end = Assert.Throws<CommandException>(() => writer.WriteLine("{}"));
        Assert.Equal(ExitCode.BadAnswer, end.Code);
        Assert.Contains("No space left on device", end.Message);
    }

    private sealed class Failing(IOException error) : StringWriter
    {
        public override void WriteLine(string? value) => throw error;
    }
}
