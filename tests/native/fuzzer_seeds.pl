#!/usr/bin/perl
# Proofs of the vectors as inputs of the fuzzer, one a file. usage: fuzzer_seeds.pl FOLDER VECTORS...
use strict;
use warnings;
my $folder = shift;
# Numbers of fuzzer.c's kinds: by n for Equihash, by name for the others.
my %kind = (sha256d => 0, scrypt => 1, verushash => 2, 125 => 3, 200 => 4, 192 => 5, 144 => 6, 96 => 7, 48 => 8, kawpow => 9);
while (<>) {
    next unless /^proof\b/;
    my %field = /(\w+)=(\S*)/g;
    my $kind = $kind{$field{n} // $field{algorithm}} // next;
    my $bytes = pack 'H*', $field{data} // '';
    if (defined $field{solution}) {
        my $length = length($field{solution}) / 2;
        $bytes = pack('H*', $field{header}) . ($length < 253 ? pack('C', $length) : pack('Cv', 253, $length))
            . pack('H*', $field{solution});
    } elsif (defined $field{mix}) {
        $bytes = pack 'H*', $field{header_hash} . $field{nonce} . $field{mix};
    }
    open my $out, '>:raw', "$folder/seed-$." or die "$folder: $!\n";
    print $out pack('CV', $kind, $field{height} // 0) . $bytes;
    close $out or die "$folder: $!\n";
}
