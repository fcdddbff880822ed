import { SignIn, useAuth } from '@clerk/react';
import { Navigate, useSearchParams } from 'react-router';
import { Loading } from '../ui/States';
import { destination, SIGN_IN, SIGN_UP } from './addresses';
import { Entrance } from './Entrance';

export default function SignInPage() {
  const { isLoaded, isSignedIn } = useAuth();
  const [search] = useSearchParams();
  const ticket = search.get('__clerk_ticket');
  // The gate signs in with tickets, whoever is signed in now.
  if (ticket !== null) return <Navigate to={`/?${search}`} replace />;
  if (isLoaded && isSignedIn) return <Navigate to="/" replace />;
  return (
    <Entrance title="Sign in">
      <SignIn routing="path" path={SIGN_IN} signUpUrl={SIGN_UP} fallbackRedirectUrl={destination(search.get('redirect_url'))} fallback={<Loading />} />
    </Entrance>
  );
}
