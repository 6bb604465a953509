using System.Globalization;
using System.Text;
using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Core;

public sealed class PlainTextTests
{
    [Theory]
    [InlineData("rig1", "rig1")]
    [InlineData("リグ壱 🐉 é", "リグ壱 🐉 é")]
    [InlineData("a\u001b[2Jb", "a\\x1b[2Jb")]
    [InlineData("a\r\nb\t", "a\\r\\nb\\t")]
    [InlineData("\u202egpj.exe", "\\u202egpj.exe")]
    [InlineData("\u2066x\u2069\u200f", "\\u2066x\\u2069\\u200f")]
    [InlineData("a\u2028b\u2029c", "a\\u2028b\\u2029c")]
    [InlineData("\u009b31m", "\\x9b31m")]
    [InlineData("a\U000e0041", "a\\U000e0041")]
    [InlineData("a\ufeff\u200b", "a\\ufeff\\u200b")]
    public void What_a_terminal_obeys_is_shown_as_its_number(string text, string expected) => Assert.Equal(expected, PlainText.Of(text));

    [Fact]
    public void Half_a_character_is_shown_as_its_number() => Assert.Equal("a\\ud800b", PlainText.Of("a\ud800b"));

    [Fact]
    public void Text_of_ours_keeps_its_lines_and_nothing_else() => Assert.Equal("a\nb\\x1b\\u202e", PlainText.Lines("a\nb\u001b\u202e"));

    [Fact]
    public void No_character_of_any_plane_gets_through_that_steers()
    {
        UnicodeCategory[] steering = [UnicodeCategory.Control, UnicodeCategory.Format, UnicodeCategory.LineSeparator, UnicodeCategory.ParagraphSeparator];
        for (int value = 0; value <= 0x10ffff; value++)
        {
            if (!Rune.IsValid(value))
            {
                continue;
            }
            string shown = PlainText.Of(char.ConvertFromUtf32(value));
            Assert.Equal(steering.Contains(CharUnicodeInfo.GetUnicodeCategory(value)), shown.StartsWith('\\') && shown.Length > 1);
        }
    }
}
