package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// certificate does `cockroach cert`: the names of the files are those that CockroachDB gives them.
func certificate(o options) error {
	dir, authority := o.get("certs-dir"), o.get("ca-key")
	if len(o.words) == 0 || authority == "" {
		return errors.New("cert needs a command and --ca-key")
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(5, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, Subject: pkix.Name{Organization: []string{"Cockroach"}},
	}
	what, names := o.words[0], o.words[1:]
	switch {
	case what == "create-ca":
		template.IsCA, template.BasicConstraintsValid = true, true
		template.KeyUsage |= x509.KeyUsageCertSign
		template.Subject.CommonName = "Cockroach CA"
		return issue(template, "", "", filepath.Join(dir, "ca.crt"), authority)
	case what == "create-node" && len(names) > 0:
		template.Subject.CommonName = "node"
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
		for _, name := range names {
			if ip := net.ParseIP(name); ip != nil {
				template.IPAddresses = append(template.IPAddresses, ip)
			} else {
				template.DNSNames = append(template.DNSNames, name)
			}
		}
		return issue(template, dir, authority, filepath.Join(dir, "node.crt"), filepath.Join(dir, "node.key"))
	case what == "create-client" && len(names) == 1:
		template.Subject.CommonName = names[0]
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
		return issue(template, dir, authority, filepath.Join(dir, "client."+names[0]+".crt"), filepath.Join(dir, "client."+names[0]+".key"))
	}
	return fmt.Errorf("cert %q", o.words)
}

// issue writes a certificate and its key, signed by the authority or, where dir is "", by itself. Neither may be there yet.
func issue(template *x509.Certificate, dir, authority, certFile, keyFile string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	parent, signer := template, crypto.Signer(key)
	if dir != "" {
		if parent, signer, err = load(filepath.Join(dir, "ca.crt"), authority); err != nil {
			return err
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return errors.Join(write(certFile, "CERTIFICATE", der, 0o644), write(keyFile, "PRIVATE KEY", private, 0o600))
}

func write(path, kind string, der []byte, mode os.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	return errors.Join(pem.Encode(f, &pem.Block{Type: kind, Bytes: der}), f.Close())
}

func load(certFile, keyFile string) (*x509.Certificate, crypto.Signer, error) {
	var blocks [2]*pem.Block
	for i, path := range []string{certFile, keyFile} {
		b, err := os.ReadFile(path)
		if err != nil {
			return nil, nil, err
		}
		if blocks[i], _ = pem.Decode(b); blocks[i] == nil {
			return nil, nil, fmt.Errorf("%s is no PEM file", path)
		}
	}
	cert, err := x509.ParseCertificate(blocks[0].Bytes)
	if err != nil {
		return nil, nil, err
	}
	key, err := x509.ParsePKCS8PrivateKey(blocks[1].Bytes)
	if err != nil {
		return nil, nil, err
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, nil, fmt.Errorf("%s signs nothing", keyFile)
	}
	return cert, signer, nil
}
