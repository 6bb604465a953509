using Xunit;

namespace Otedama.Tests.App;

public sealed class UnitsTests
{
    [Theory]
    [InlineData(0.0058, "0.0058")]
    [InlineData(6e-5, "0.000060")]
    [InlineData(0.0417, "0.042")]
    [InlineData(0.5, "0.50")]
    [InlineData(0.999, "1.00")]
    [InlineData(3e-12, "3.0e-12")]
    [InlineData(0, "0")]
    [InlineData(1, "1")]
    [InlineData(1.5, "1.50")]
    [InlineData(12.34, "12.3")]
    [InlineData(99.97, "100")]
    [InlineData(999.7, "1.00 k")]
    [InlineData(65536, "65.5 k")]
    public void A_number_has_the_digits_people_read(double value, string text) => Assert.Equal(text, Units.Number(value));

    [Fact]
    public void A_rate_that_rounds_up_takes_the_next_prefix() => Assert.Equal("1.00 MH/s", Units.Hashrate(999_990));
}
